# SPDX-License-Identifier: GPL-2.0-only
"""Mutual TLS on the internal side, by openssl: a front end shows a certificate
and gets an answer that names it."""

import pytest

from programs import Client

NODES = [("edge1", 4), ("edge2", 6)]

# port: rows, and switches that shut all of them
PORTS = {
    5061: (["internal/2"], ["zone internal"]),
    5062: (["internal/5"], ["feature av"]),
    8057: (["internal/4"], ["feature web-conferencing"]),
    4443: (["internal/8"], ["zone internal"]),
    23456: (["internal/1", "xmpp/3"], ["feature xmpp"]),
    50001: (["internal/9"], ["feature cls"]),
    50002: (["internal/10"], ["feature cls"]),
    50003: (["internal/11"], ["feature cls"]),
}


def end(endpoint, port):
    return f"[{endpoint.address}]:{port}" if endpoint.family == 6 else \
        f"{endpoint.address}:{port}"


def s_server(site, pki, where, family, name, port):
    """It wants a certificate, and answers a request with what it knows of
    the connection."""
    return site.serves(
        where, "openssl", "s_server", "-accept",
        end(site.at(where, family), port), "-www", "-Verify", "1",
        "-verify_return_error", "-CAfile", pki.ca, "-cert", pki.cert(name),
        "-key", pki.key(name))


def s_client(site, pki, where, family, name, to, port):
    src, dst = site.at(where, family), site.at(to, family)
    return Client(where, [
        "openssl", "s_client", "-connect", end(dst, port), "-bind",
        end(src, 0), "-CAfile", pki.ca, "-cert", pki.cert(name), "-key",
        pki.key(name), "-verify_return_error", "-quiet"],
        done=f"Subject: CN ?= ?{name}", stdin="GET / HTTP/1.0\r\n\r\n")


@pytest.fixture(scope="module", autouse=True)
def edges(servers, pki):
    some = [(s_server(servers, pki, f"{node}.internal", family,
                      f"{node}.internal.test", port), port)
            for node, family in NODES for port in PORTS]
    some.append((s_server(servers, pki, "frontend", 4, "frontend.test", 5061),
                 5061))
    for server, port in some:
        server.is_at(port)


@pytest.mark.parametrize("node, family", NODES)
@pytest.mark.parametrize("port", PORTS)
def test_a_front_end_reaches_the_edge(site, pki, node, family, port):
    rows, switches = PORTS[port]
    client = s_client(site, pki, "frontend", family, "frontend.test",
                      f"{node}.internal", port)
    site.proves(client, {node: rows}, *switches, connections=1)


def test_the_edge_reaches_a_front_end(site, pki):
    client = s_client(site, pki, "edge1.internal", 4, "edge1.internal.test",
                      "frontend", 5061)
    site.proves(client, {"edge1": ["internal/3"]}, "zone internal",
                connections=1)


@pytest.mark.parametrize("port", [5062, 8057, 4443])
def test_a_user_is_no_front_end(site, pki, port):
    """Not by what openssl could show, but by its address."""
    peers = dict.fromkeys(("frontend", "cms"), ["192.168.10.90"])
    site.load(site.config.but(peers=peers))
    client = s_client(site, pki, "user", 4, "frontend.test",
                      "edge1.internal", port)
    site.refuses(client, {"edge1": PORTS[port][0]}, reason="peer")
