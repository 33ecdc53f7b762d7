# SPDX-License-Identifier: GPL-2.0-only
"""SIP over TLS: sipp calls and is called. Debian's sipp speaks no TLS itself,
socat does that at both ends."""

import pytest

from programs import Client

NAMES = {"edge1.access": "edge1.test", "edge2.access": "edge2.test",
         "partner": "partner.test", "client": "client.test"}
PLAIN = 5060        # where sipp waits, on the loopback, in the clear
TUNNEL = 5070       # where socat waits for sipp's calls, likewise


def tls(pki, where):
    return (f"cert={pki.both(NAMES[where])},cafile={pki.ca},verify=1,"
            "openssl-min-proto-version=TLS1.2")


@pytest.fixture(scope="module", autouse=True)
def agents(servers, pki):
    for where, ports in (("edge1.access", [443, 5061]), ("edge2.access", [5061]),
                         ("partner", [5061])):
        servers.serves(where, "sipp", "-sn", "uas", "-t", "t1", "-nostdin",
                       "-i", "127.0.0.1", "-p", PLAIN).is_at(PLAIN)
        for port in ports:
            for family in (4, 6):
                address = servers.at(where, family).address
                bind = f"[{address}]" if family == 6 else address
                servers.serves(
                    where, "socat",
                    f"OPENSSL-LISTEN:{port},pf=ip{family},bind={bind},fork,"
                    f"reuseaddr,{tls(pki, where)}",
                    f"TCP:127.0.0.1:{PLAIN}").is_at(port)


def calls(site, pki, where, to, port, family=4):
    """Three calls through one connection."""
    src, dst = site.at(where, family).address, site.at(to, family).address
    if family == 6:
        src, dst = f"[{src}]", f"[{dst}]"
    tunnel = ["socat", f"TCP-LISTEN:{TUNNEL},bind=127.0.0.1,reuseaddr",
              f"OPENSSL:{dst}:{port},bind={src},commonname={NAMES[to]},"
              f"{tls(pki, where)}"]
    return Client(where, [
        "sipp", "-sn", "uac", "-t", "t1", "-nostdin", "-i", "127.0.0.1", "-p",
        PLAIN + 1, "-m", 3, f"127.0.0.1:{TUNNEL}"],
        done=r"Successful call +\| +\d+ +\| +3 ", beside=(tunnel, TUNNEL))


def test_remote_users_sign_in(site, pki):
    client = calls(site, pki, "client", "edge1.access", 443)
    site.proves(client, {"edge1": ["external/5", "pic/3"]},
                "feature remote-access", connections=1)


@pytest.mark.parametrize("node, family", [("edge1", 4), ("edge2", 6)])
def test_a_partner_calls(site, pki, node, family):
    client = calls(site, pki, "partner", f"{node}.access", 5061, family)
    site.proves(client, {node: ["external/6", "pic/1"]}, "feature federation",
                "feature pic", connections=1)


def test_a_partner_is_called(site, pki):
    client = calls(site, pki, "edge1.access", "partner", 5061)
    site.proves(client, {"edge1": ["external/7", "federation/1", "pic/2"]},
                "feature federation", "feature pic", connections=1)


def test_zones_overlap_as_the_tables_of_the_document_do(site, pki):
    """What one table names is carried by the rows of the others, until none
    is left."""
    client = calls(site, pki, "edge1.access", "partner", 5061)
    with site.off("zone external"):
        site.carries(client, {"edge1": ["federation/1", "pic/2"]})
        with site.off("zone federation"):
            site.carries(client, {"edge1": ["pic/2"]})
            with site.off("zone pic"):
                site.refuses(client, {"edge1": ["external/7", "federation/1",
                                                "pic/2"]})
