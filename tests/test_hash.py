# SPDX-License-Identifier: GPL-2.0-only
"""edgectl show hash of configurations: the documented text, hashed here anew;
the same policy written otherwise; each single change."""

import dataclasses
import hashlib
import json
import os
import pathlib
import random
import subprocess
from ipaddress import ip_address, ip_network

import pytest

import model
import sites
from model import SiteRow

TREE = pathlib.Path(__file__).resolve().parent.parent
TOOL = TREE / "userspace/edgectl"
ROUNDS = int(os.environ.get("NF_EDGE_HASH_ROUNDS", "60"))
SIZES = {4: 8, 6: 32}


@pytest.fixture(scope="module", autouse=True)
def fixture_tool():
    subprocess.run(["make", "-s", "tool"], cwd=TREE, check=True)


def hashes(text):
    done = subprocess.run([TOOL, "show", "hash", "--json", "-"], input=text, text=True,
                          capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, (done.stderr, text)
    answer = json.loads(done.stdout)
    return {**{part["part"]: part["sha256"] for part in answer["parts"]}, "all": answer["all"]}


# The text of docs/compare.md.

def lines_of(key, words):
    return [f"{key} {word}" for word in sorted(words)]


def merged(ranges):
    """Ranges of numbers, disjoint and with a gap between two."""
    result = []
    for low, high in sorted(ranges):
        if result and low <= result[-1][1] + 1:
            result[-1][1] = max(high, result[-1][1])
        else:
            result.append([low, high])
    return result


def row_lines(row, own):
    yield f"row {row.id} {row.zone} {row.service} {row.direction} {row.feature or '-'}"
    for protocol in "tcp", "udp":
        for low, high in merged((low, high) for p, low, high in row.ports if p == protocol):
            yield f"port {protocol} {low} {high}"
    yield from lines_of("peers", set(row.peer_sets) - {"any"})
    yield f"unbound {'any' if row.any_when_unbound else 'nobody'}"
    if own:
        yield from lines_of("node", own.nodes or ())
        if own.exposed:
            yield "exposed"
        if own.note:
            yield f"note {len(own.note.encode())} {own.note}"


def table_lines(site):
    own = {row.row().id: row for row in site.site_rows}
    yield f"profile {site.profile}"
    for row in sorted(site.rows, key=lambda row: row.id):
        yield from row_lines(row, own.get(row.id))


def settings_lines(site):
    yield f"mode {site.mode}"
    yield from lines_of("zone", site.zones)
    yield from lines_of("feature", site.features)
    yield from lines_of("row-off", site.rows_off)
    yield from lines_of("ping", site.ping)
    yield f"ping-peers {'anybody' if site.ping_peers is None else 'listed'}"
    yield from lines_of("ping-peer", site.ping_peers or ())
    yield f"expose-cls-ports {'true' if site.expose_cls_ports else 'false'}"


def node_lines(site):
    for name, services in site.nodes.items():
        yield f"node {name}"
        for service, addresses in services.items():
            for address in addresses:
                yield f"address {name} {service} {int(address):0{SIZES[address.version]}x}"


def set_lines(prefixes):
    for version in 4, 6:
        size = SIZES[version]
        for low, high in merged((int(p[0]), int(p[-1])) for p in prefixes
                                if p.version == version):
            yield f"range {low:0{size}x} {high:0{size}x}"


def sha256(*lines):
    return hashlib.sha256("".join(f"{line}\n" for line in ("nf_edge policy 1", *lines))
                          .encode()).hexdigest()


def documented(site):
    parts = {"table": table_lines(site), "settings": settings_lines(site),
             "interfaces": sorted(f"interface {name} {side}"
                                  for name, sides in site.interfaces.items() for side in sides),
             "nodes": sorted(node_lines(site))}
    for name in sorted(site.peers):
        parts[f"peers/{name}"] = set_lines(site.peers[name])
    found = {name: sha256(f"part {name}", *lines) for name, lines in parts.items()}
    found["all"] = sha256(*(f"part {name} {value}" for name, value in found.items()))
    return found


# The same policy, written otherwise.

def shuffled(rng, words):
    words = list(words)
    rng.shuffle(words)
    return words


def rewritten_prefixes(rng, prefixes):
    found = []
    for prefix in prefixes:
        parts = [prefix]
        if prefix.prefixlen and prefix.prefixlen < prefix.max_prefixlen and rng.random() < 0.5:
            parts = list(prefix.subnets(rng.randint(1, min(3, prefix.max_prefixlen -
                                                           prefix.prefixlen))))
        found += parts
        if rng.random() < 0.2:
            found.append(rng.choice(parts))
        if prefix.prefixlen and rng.random() < 0.2:
            found.append(ip_network((prefix[rng.randrange(min(prefix.num_addresses, 1 << 60))],
                                     prefix.max_prefixlen)))
    found = [p for p in found if not p.prefixlen or not sites.is_refused(p.network_address)]
    return shuffled(rng, found)


def rewritten_ports(rng, ports):
    found = []
    for protocol, low, high in ports:
        if low < high and len(ports) + len(found) < 16 and rng.random() < 0.5:
            middle = rng.randrange(low, high)
            found += [(protocol, low, middle), (protocol, middle + 1, high)]
        else:
            found.append((protocol, low, high))
    return tuple(shuffled(rng, found))


def rewritten(rng, site):
    """The same policy in another order, with other prefixes and ranges of ports."""
    return dataclasses.replace(
        site, zones=tuple(shuffled(rng, site.zones)),
        features=tuple(shuffled(rng, site.features)), ping=tuple(shuffled(rng, site.ping)),
        interfaces=dict(shuffled(rng, site.interfaces.items())),
        nodes={name: {service: shuffled(rng, addresses)
                      for service, addresses in shuffled(rng, services.items())}
               for name, services in shuffled(rng, site.nodes.items())},
        peers={name: rewritten_prefixes(rng, prefixes)
               for name, prefixes in shuffled(rng, site.peers.items())},
        ports=dict(shuffled(rng, site.ports.items())),
        ping_peers=site.ping_peers and tuple(shuffled(rng, site.ping_peers)),
        rows_off=tuple(shuffled(rng, site.rows_off)),
        site_rows=tuple(shuffled(rng, (
            dataclasses.replace(row, ports=rewritten_ports(rng, row.ports),
                                peers=tuple(shuffled(rng, row.peers)),
                                nodes=row.nodes and tuple(shuffled(rng, row.nodes)))
            for row in site.site_rows))))


def commented(rng, text):
    return "# a comment\n" + "".join(
        line + rng.choice(("", "   # another", "\n// a third", "\t/* a fourth */")) + "\n"
        for line in text.splitlines())


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_the_documented_text_is_hashed_however_the_policy_is_written(seed):
    rng = random.Random(seed)
    site = sites.random_site(rng, rng.choice(("enforce", "audit")), beyond=True)
    found = hashes(sites.configuration(site))
    assert found == documented(site)
    again = sites.configuration(rewritten(rng, site))
    assert hashes(commented(rng, again)) == found


SITE = model.Site(
    mode="enforce", zones=("external", "internal", "site"), features=("av", "remote-access"),
    ping=("internal",), ping_peers=("frontend",), expose_cls_ports=False,
    interfaces={"wan0": {"external"}, "lan0": {"internal"}},
    nodes={"edge1": {"access": [ip_address("192.0.2.1")], "av": [ip_address("2001:db8::1")]},
           "edge2": {"access": [ip_address("192.0.2.2")]}},
    peers={"internal-networks": [ip_network("10.0.0.0/8")], "frontend": [],
           "admins": [ip_network("10.0.0.0/25"), ip_network("10.0.0.128/25")]},
    profile=model.DEFAULT, ports={"access-client": (4443, 4443)}, rows_off=("external/5",),
    site_rows=(SiteRow("rdp", "access", "in", (("tcp", 3389, 3389),), ("admins",), ("edge1",),
                       note="jump hosts"),))


def with_row(**changes):
    return {"site_rows": (dataclasses.replace(SITE.site_rows[0], **changes),)}


def with_peers(**changes):
    return {"peers": {**SITE.peers, **changes}}


ADMINS = SITE.peers["admins"]


@pytest.mark.parametrize("part, changes", [
    ("table", {"profile": "lync2013-scaled-nat"}), ("table", {"ports": {}}),
    ("table", {"ports": {"access-client": (4444, 4444)}}),
    ("table", with_row(name="rdp-2")), ("table", with_row(service="av")),
    ("table", with_row(direction="out")), ("table", with_row(ports=(("udp", 3389, 3389),))),
    ("table", with_row(ports=(("tcp", 3389, 3390),))),
    ("table", with_row(peers=("admins", "frontend"))), ("table", with_row(nodes=None)),
    ("table", with_row(nodes=("edge2",))), ("table", with_row(note="")),
    ("table", with_row(note="jump host")),
    ("settings", {"mode": "audit"}), ("settings", {"zones": ("external", "internal")}),
    ("settings", {"features": ("av",)}), ("settings", {"ping": ()}),
    ("settings", {"ping": ("external",)}), ("settings", {"ping_peers": None}),
    ("settings", {"ping_peers": ()}), ("settings", {"expose_cls_ports": True}),
    ("settings", {"rows_off": ()}), ("settings", {"rows_off": ("site/rdp",)}),
    ("interfaces", {"interfaces": {"wan0": {"external"}, "lan0": {"internal", "edge"}}}),
    ("interfaces", {"interfaces": {"wan1": {"external"}, "lan0": {"internal"}}}),
    ("interfaces", {"interfaces": {"lan0": {"internal"}}}),
    ("nodes", {"nodes": {**SITE.nodes, "edge2": {"access": [ip_address("192.0.2.3")]}}}),
    ("nodes", {"nodes": {**SITE.nodes, "edge2": {"webconf": [ip_address("192.0.2.2")]}}}),
    ("nodes", {"nodes": {"edge1": SITE.nodes["edge1"],
                         "edge3": {"access": [ip_address("192.0.2.2")]}}}),
    ("peers/admins", with_peers(admins=ADMINS[:1])), ("peers/admins", with_peers(admins=[])),
    ("peers/admins", with_peers(admins=[*ADMINS, ip_network("2001:db8:7::/64")])),
    ("peers/admins", with_peers(admins=[*ADMINS, ip_network("10.0.1.0/32")])),
    ("peers/dns", with_peers(dns=[])),
])
def test_a_change_changes_its_part_and_the_whole(part, changes):
    before = hashes(sites.configuration(SITE))
    changed = dataclasses.replace(SITE, **changes)
    after = hashes(sites.configuration(changed))
    assert after == documented(changed)
    assert {name for name in before.keys() | after.keys()
            if before.get(name) != after.get(name)} == {part, "all"}


def test_bound_and_empty_is_not_unbound():
    unbound = {name: prefixes for name, prefixes in SITE.peers.items() if name != "frontend"}
    found = hashes(sites.configuration(dataclasses.replace(SITE, peers=unbound)))
    whole = hashes(sites.configuration(SITE))
    assert "peers/frontend" in whole and "peers/frontend" not in found
    assert found["all"] != whole["all"]


def test_lines_are_the_same_hashes_and_a_bad_file_has_none(tmp_path):
    file = tmp_path / "edge.conf"
    file.write_text(sites.configuration(SITE), encoding="ascii")
    done = subprocess.run([TOOL, "show", "hash", file], text=True, capture_output=True,
                          check=True)
    assert dict(line.split() for line in done.stdout.splitlines()) == documented(SITE)
    file.write_text("mode = enforce\n", encoding="ascii")
    for words in [], ["--json"]:
        done = subprocess.run([TOOL, "show", "hash", *words, file], text=True,
                              capture_output=True, check=False)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.endswith(f"edgectl: {file}: 3 errors\n")
