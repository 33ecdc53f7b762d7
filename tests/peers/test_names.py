# SPDX-License-Identifier: GPL-2.0-only
"""Names: an Edge resolves them outside (unbound asks nsd), by UDP and by TCP;
and a pool of two nodes behind one name."""

import pytest

from names import AUTHORITY, asking, authority
from programs import Client
from web import web

UNBOUND = """
server:
  interface: {address}
  outgoing-interface: 131.107.155.10
  do-ip6: no
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: "{folder}/pid"
  use-syslog: no
  do-daemonize: no
  root-hints: "{folder}/hints"
  module-config: "iterator"
  qname-minimisation: no
  minimal-responses: yes
  tcp-upstream: {tcp}
remote-control:
  control-enable: no
"""

# Resolvers of edge1, by how they ask.
RESOLVERS = {"udp": "127.0.0.1", "tcp": "127.0.0.2"}
POOL = "webconf.contoso.example"


def resolver(site, l4):
    folder = site.new_folder("unbound")
    (folder / "hints").write_text(f". NS ns.example.\nns.example. A {AUTHORITY}\n")
    (folder / "unbound.conf").write_text(UNBOUND.format(
        address=RESOLVERS[l4], folder=folder,
        tcp="yes" if l4 == "tcp" else "no"))
    return site.serves("edge1.access", "unbound", "-d", "-c",
                       folder / "unbound.conf", folder=folder).is_at(53)


@pytest.fixture(scope="module", autouse=True)
def pool(servers, pki):
    authority(servers)
    for node in ("edge1", "edge2"):
        web(servers, f"{node}.webconf", 443, f"I am {node}\n",
            pki.cert(POOL), pki.key(POOL))


def asks(l4, kind, answer):
    """What an Edge does by its resolver; UNIQUE is another word each time,
    because what failed is remembered."""
    return Client("edge1.access", ["dig", f"@{RESOLVERS[l4]}", "+tries=1",
                                   "+time=50",
                                   f"UNIQUE.{kind[0]}.fabrikam.example", kind[1]],
                  done=rf"status: NOERROR[^$]*{answer}")


SMALL, LARGE = ("small", "A"), ("large", "TXT")


@pytest.mark.parametrize("l4, rows", [("udp", ["external/4"]),
                                      ("tcp", ["external/3"])])
def test_an_edge_resolves_names(site, l4, rows):
    client, rows = asks(l4, SMALL, AUTHORITY), {"edge1": rows}
    asked = resolver(site, l4)
    site.carries(client, rows)
    with site.off("zone external"):
        site.refuses(client, rows)
        # It would go on for a while, or think that there is nobody.
        site.stops(asked)
        asked = resolver(site, l4)
    site.carries(client, rows)
    site.stops(asked)


def test_an_answer_that_was_cut_is_asked_for_by_tcp(site):
    asked = resolver(site, "udp")
    site.carries(asks("udp", LARGE, "xxx"),
                 {"edge1": ["external/3", "external/4"]})
    site.stops(asked)


def test_an_edge_asks_only_the_name_servers_of_its_set(site):
    client = asks("udp", SMALL, AUTHORITY)
    site.load(site.config.but(peers={"dns": ["198.51.100.53"]}))
    asked = resolver(site, "udp")
    site.refuses(client, {"edge1": ["external/4"]}, reason="peer")
    site.stops(asked)
    site.load(site.config.but(peers={"dns": [AUTHORITY]}))
    asked = resolver(site, "udp")
    site.carries(client, {"edge1": ["external/4"]})
    site.stops(asked)


def test_a_pool_behind_one_name_shares_its_clients(site, pki):
    turns = 8
    words = asking(site.new_folder("resolv"), AUTHORITY) + [
        "curl", "-sS", "-4", "--cacert", pki.ca, f"https://{POOL}/"]
    before = {node: connections(site, node) for node in ("edge1", "edge2")}
    heard = site.listens_in()
    answers = []
    for _ in range(turns):
        *_, program = site.starts(Client("client", words, done="I am"))
        program.ends()
        answers.append(program.says())
        site.stop_clients()
    heard.expects({node: ["external/8"] for node in before},
                  connections=turns // 2)
    for node, count in before.items():
        assert answers.count(f"I am {node}\n") == turns // 2, answers
        assert connections(site, node) == count + turns // 2
    two = Client("client", ["sh", "-c", '"$@" & "$@" & wait', "sh", *words],
                 done="I am")
    with site.off("feature web-conferencing"):
        site.refuses(two, {node: ["external/8"] for node in before})
    site.carries(two, {node: ["external/8"] for node in before}, connections=1)


def connections(site, node):
    """What edgectl says of one node."""
    answer = site.edgectl.json("counters", "--node", node)
    assert {row["node"] for row in answer["rows"]} == {node}
    return sum(row["connections"] for row in answer["rows"]
               if row["row"] == "external/8")
