# SPDX-License-Identifier: GPL-2.0-only
"""Media: coturn on the A/V Edge and its own client, which sends through a relay
to a peer and back; and iperf3, which sends at once."""

import pytest

from programs import Client

USER, PASSWORD = "user", "secret"
MEDIA = 55000       # where peers wait for media
TURN, TURN_TCP = 3478, 443


def turnserver(site, where, relay, *options):
    """The A/V service of a host, with relays at another address of it."""
    folder = site.new_folder("turn")
    address = site.at(where, 4).address
    server = site.serves(
        where, "turnserver", "-n", "--listening-ip", address, "--relay-ip",
        site.at(relay, 4).address, "--listening-port", TURN, "--aux-server",
        f"{address}:{TURN_TCP}", "--min-port", 50000, "--max-port", 59999,
        "--lt-cred-mech", "--user", f"{USER}:{PASSWORD}", "--realm", "test",
        "--no-tls", "--no-dtls", "--no-cli", "--no-rfc5780",
        "--log-file", "stdout", "--simple-log", "--pidfile", folder / "pid",
        "--userdb", folder / "users", "--relay-threads", 1, *options,
        folder=folder)
    server.is_at(TURN, l4="udp").is_at(TURN_TCP)


def peer(site, where):
    """It sends back what it gets."""
    site.serves(where, "turnutils_peer", "-L", site.at(where, 4).address, "-p",
                MEDIA).is_at(MEDIA, l4="udp")


@pytest.fixture(scope="module", autouse=True)
def sites(servers):
    turnserver(servers, "edge1.av", "edge1.av")
    turnserver(servers, "edge1.internal", "edge1.av")
    turnserver(servers, "partner", "partner")
    for where in ("partner", "edge2.av"):
        peer(servers, where)


def talks(site, where, server, to, *options):
    """coturn's client: it has an allocation made, sends media to a peer
    through the relay, and wants all of it back."""
    return Client(where, [
        "turnutils_uclient", "-u", USER, "-w", PASSWORD, "-L",
        site.at(where, 4).address, "-X", "-c", "-e", site.at(to, 4).address,
        "-r", MEDIA, "-n", 2, *options, site.at(server, 4).address],
        done=r"Total lost packets 0 \(0.000000%\)")


@pytest.mark.parametrize("where, server, options, rows, switches", [
    ("client", "edge1.av", (), ["external/14", "pic/6"],
     ("feature av", "feature live-messenger")),
    ("client", "edge1.av", ("-t", "-p", TURN_TCP), ["external/15"],
     ("feature av",)),
    ("user", "edge1.internal", (), ["internal/6"], ("feature av",)),
    ("user", "edge1.internal", ("-t", "-p", TURN_TCP), ["internal/7"],
     ("feature av",)),
], ids=["outside, UDP", "outside, TCP", "inside, UDP", "inside, TCP"])
def test_users_have_the_edge_relay_media(site, where, server, options, rows,
                                         switches):
    """The relay sends to an OCS 2007 partner, which is a row of its own."""
    client = talks(site, where, server, "partner", *options)
    every = {"edge1": [*rows, "external/10"]}
    site.carries(client, every)
    with site.off(*switches):
        site.refuses(client, {"edge1": rows})
    with site.off("feature ocs2007"):
        site.refuses(client, {"edge1": ["external/10"]}, {"edge1": rows})
    site.carries(client, every)


@pytest.mark.parametrize("options, rows, switches", [
    ((), ["external/13", "pic/5"], ("feature av", "feature live-messenger")),
    (("-t", "-p", TURN_TCP), ["external/16"], ("feature av",)),
], ids=["UDP", "TCP"])
def test_the_edge_has_a_partner_relay_media(site, options, rows, switches):
    """And the partner's relay sends to the pool's other node."""
    client = talks(site, "edge1.av", "partner", "edge2.av", *options)
    every = {"edge1": rows, "edge2": ["external/12"]}
    site.carries(client, every)
    with site.off(*switches):
        site.refuses(client, {"edge1": rows})
    with site.off("feature ocs2007"):
        site.refuses(client, {"edge2": ["external/12"]}, {"edge1": rows})
    site.carries(client, every)


def test_one_edge_has_the_other_relay_media(site):
    client = talks(site, "edge2.av", "edge1.av", "partner")
    site.carries(client, {"edge2": ["external/13"],
                          "edge1": ["external/14", "external/10"]})
    with site.off("feature av", "feature live-messenger"):
        site.refuses(client, {"edge2": ["external/13"],
                              "edge1": ["external/14"]})


def iperf(site, where, to, family, port, *options):
    """100 KB of media; iperf3 begins by a TCP connection to the same port."""
    src, dst = site.at(where, family), site.at(to, family)
    site.serves(to, "iperf3", "-s", "-B", dst.address, "-p", port).is_at(port)
    return Client(where, [
        "iperf3", "-c", dst.address, "-p", port, "-B", src.address, "-n",
        "100K", *options], done="iperf Done")


UDP = ("-u", "-b", "20M")


@pytest.mark.parametrize("family, port", [(4, 50000), (6, 59999)])
def test_a_partner_sends_media_over_tcp(site, family, port):
    client = iperf(site, "partner", "edge1.av", family, port)
    site.proves(client, {"edge1": ["external/11"]}, "feature ocs2007",
                connections=2)


@pytest.mark.parametrize("family, port", [(4, 50010), (6, 59998)])
def test_a_partner_sends_media_over_udp(site, family, port):
    client = iperf(site, "partner", "edge1.av", family, port, *UDP)
    every = {"edge1": ["external/11", "external/12"]}
    site.carries(client, every, connections=1)
    with site.off("feature ocs2007"):
        site.refuses(client, {"edge1": ["external/11"]})
    site.carries(client, every, connections=1)


@pytest.mark.parametrize("family, port", [(4, 50020), (6, 59997)])
def test_the_edge_sends_media_over_tcp(site, family, port):
    client = iperf(site, "edge2.av", "partner", family, port)
    site.proves(client, {"edge2": ["external/9", "pic/4"]},
                "feature federation-av", "feature live-messenger",
                connections=2)


@pytest.mark.parametrize("family, port", [(4, 50030), (6, 59996)])
def test_the_edge_sends_media_over_udp(site, family, port):
    """What is refused is the media alone, which iperf3 sends after an answer
    to its first packet."""
    client = iperf(site, "edge2.av", "partner", family, port, *UDP)
    every = {"edge2": ["external/9", "pic/4", "external/10"]}
    site.carries(client, every, connections=1)
    with site.off("feature ocs2007"):
        site.refuses(client, {"edge2": ["external/10"]},
                     {"edge2": ["external/9", "pic/4"]}, often=1)
    site.carries(client, every, connections=1)


def test_media_outside_of_the_range_is_refused(site):
    client = iperf(site, "partner", "edge1.av", 4, 60000)
    site.refuses(client, {}, reason="no-row")


def test_media_at_the_ports_of_the_logging_agent_is_refused(site):
    client = iperf(site, "partner", "edge1.av", 4, 50002)
    site.refuses(client, {"edge1": ["external/11"]}, reason="cls-guard")
