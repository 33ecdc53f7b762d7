# SPDX-License-Identifier: GPL-2.0-only
"""An attacker with nmap, before Edges that listen at more ports than they
should: what it finds open is what the document names."""

import pytest

from netlib import ROWS
from test_ports import nmap
from web import web

SHUT = {22, 135, 445, 3389, 5985, 8080}     # nobody should get to these
SERVICES = {
    "access": {443, 5061, 5269},
    "webconf": {443},
    "av": {443, 50000, 59999},
    "internal": {443, 4443, 5061, 5062, 8057, 23456, 50001, 50002, 50003},
}
# The logging agent listens on every address.
LISTENING = set().union(SHUT, *SERVICES.values())
SCANNED = sorted({*range(1, 9000), *range(49990, 50010), *range(59990, 60010),
                  23456})


def ranges(ports):
    return ",".join(map(str, ports))


@pytest.fixture(scope="module", autouse=True)
def edge(servers):
    for service in SERVICES:
        web(servers, f"edge1.{service}", sorted(LISTENING), "")


def scan(site, src, dst):
    """The ports that nmap finds open, and what the counters count."""
    watch = site.watch()
    states = nmap(site, site.at(src, 4), site.at(dst, 4), "-sS", "-p",
                  ranges(SCANNED))
    assert set(states) == set(SCANNED)
    site.box.run("conntrack", "-F")
    return states, watch.delta()


@pytest.mark.parametrize("service", SERVICES)
def test_it_finds_the_ports_of_the_document(site, service):
    src = "frontend" if service == "internal" else "client"
    states, moved = scan(site, src, f"edge1.{service}")
    assert {p for p, state in states.items() if state == "open"} == \
        SERVICES[service]
    # What the document names and nobody listens at answers too.
    side = "internal" if service == "internal" else "external"
    named = {port for row in ROWS for port in row.ports
             if row.names(service, "in", "tcp", port)}
    if side == "external":
        named -= {50001, 50002, 50003}
    assert {p for p, state in states.items() if state != "filtered"} == \
        named & set(SCANNED)
    assert {row for _, row in moved.rows} >= {
        str(row) for row in ROWS if row.service == service and
        row.direction == "in" and row.l4 == "tcp"}
    assert set(moved.drops) <= {"no-row", "cls-guard"}
    assert moved.drops["no-row"]["packets"] >= \
        sum(state == "filtered" for state in states.values()) - 3


def test_it_finds_nothing_when_the_zones_are_off(site):
    with site.off("zone external", "zone pic", "zone xmpp"):
        states, moved = scan(site, "client", "edge1.access")
    assert set(states.values()) == {"filtered"}
    assert set(moved.drops) == {"no-row", "disabled"}


@pytest.mark.parametrize("service, reason", [
    ("internal", {"isolation"}), ("av", {"no-row", "several", "cls-guard"})])
def test_it_finds_nothing_from_the_wrong_side(site, service, reason):
    src = "client" if service == "internal" else "frontend"
    states, moved = scan(site, src, f"edge1.{service}")
    assert set(states.values()) == {"filtered"}
    assert not moved.rows
    assert set(moved.drops) <= reason
