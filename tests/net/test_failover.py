# SPDX-License-Identifier: GPL-2.0-only
"""A pair of appliances with conntrackd and keepalived, by the files of
examples/ha: which connections live on when the traffic moves, and what the two
count together. docs/ha.md has the table."""

import itertools
import resource
import time

import pytest

from netlib import OPEN, until
from pair import CABLES
from talks import EXTERNAL_OFF, HTTPS, SIP, STUN, Media, Sum, Talks, begins_nothing, changed

SHORT = {"udp_timeout": 6, "udp_timeout_stream": 6}
LONG = {"udp_timeout": 120, "udp_timeout_stream": 120}


# --- a node is lost

def test_a_pair_carries_all_there_and_back(pair):
    """Media longer than the time-out of its entry, which no event renews."""
    one, two = pair.begin(OPEN)
    total = Sum(pair)
    talks = Talks(pair)
    talks.are_known_to(two)
    for node in one, two:
        node.times_out(**SHORT)
    talks.media[0].outlasts(6)
    one.power_off()
    talks.go_on(two)
    begins_nothing(two)
    two.times_out(**LONG)
    for media in talks.media:
        media.flows_on()
    total.agrees(talks.count)

    # The first is started anew, waits, and has all when the second goes.
    one.reboot()
    talks.until(lambda: "Entering BACKUP" in one.log("keepalived"), "the first node waits")
    assert two.is_master() and one.is_idle()
    talks.are_known_to(one)
    two.power_off()
    talks.go_on(one)
    begins_nothing(one)
    total.agrees(talks.count)


@pytest.mark.whole
def test_without_the_external_cache_long_media_dies(pair):
    one, two = pair.begin(OPEN, changed(**EXTERNAL_OFF), **SHORT)
    media = Media(pair)
    talk = pair.connect("tcp", pair.at("client", 4), pair.at("edge1.access", 4), HTTPS)
    talk.exchange()
    until(lambda: (media.flows(), two.entries("tcp") and not two.entries("udp"))[1],
          "the kernel of the second keeps one of the two")
    assert media.flows_on()
    one.power_off()
    talk.send()
    until(lambda: (media.flows(), two.is_master())[1], "the second is master")
    talk.receives("server")
    talk.exchange()
    media.is_dead(two)


@pytest.mark.whole
def test_a_thousand_connections_are_carried_over(pair):
    """A third of them media that only the Edge sends."""
    _, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    one, two = pair.begin(OPEN)
    total = Sum(pair)
    kinds = itertools.cycle((l4, name, port, family) for l4, name, port in (
        ("tcp", "access", HTTPS), ("tcp", "access", SIP), ("udp", "av", STUN))
        for family in (4, 6))
    crowd = []
    for l4, name, port, family in itertools.islice(kinds, 1000):
        talk = pair.connect(l4, pair.at("client", family), pair.at(f"edge1.{name}", family), port)
        talk.exchange()
        crowd.append(talk)
    until(lambda: two.external() >= len(crowd), "the second node has all")
    one.power_off()
    for talk in crowd:
        if talk.l4 == "tcp":
            (talk.answer if talk.dport == SIP else talk.send)()
    until(two.is_master, "the second node is master")
    until(lambda: len(two.entries()) >= len(crowd), "the second node has the connections")
    for talk in crowd:
        if talk.l4 == "udp":
            talk.answer()
        talk.receives("server")
        talk.receives("client")
        if talk.l4 == "tcp":
            talk.exchange()
    begins_nothing(two)
    total.agrees(len(crowd))


@pytest.mark.whole
@pytest.mark.parametrize("cable", CABLES)
def test_one_cable_moves_all_sides(pair, cable):
    one, two = pair.begin(OPEN)
    talks = Talks(pair)
    talks.are_known_to(two)
    one.cables("down", cable)
    talks.go_on(two)
    talks.until(one.is_idle, "the first node has no gateway any more")
    begins_nothing(two)


@pytest.mark.whole
def test_a_node_without_a_policy_steps_back(pair):
    """And one that audits because an administrator said so does not."""
    asked = {"healthy": {"status=$(": "echo >> /run/asked\nstatus=$("}}
    one, two = pair.begin(OPEN, changed(**asked), lines=pair.LINES | {"interval 1": "interval 2"})
    talks = Talks(pair)
    talks.are_known_to(two)

    def looks(times):
        seen = one.size("/run/asked") + times
        talks.until(lambda: one.size("/run/asked") >= seen, "the script runs")
    one.edgectl("mode", "audit", "--force")
    looks(3)
    assert one.is_master() and two.is_idle()
    one.edgectl("mode", "enforce")
    one.edgectl("flush")
    talks.go_on(two)
    talks.until(one.is_idle, "the first node has no gateway any more")
    begins_nothing(two)
    # With a policy again, it waits.
    one.load()
    looks(3)
    talks.are_known_to(one)
    assert two.is_master() and one.is_idle()


AWAY = {
    "power off": lambda node: node.power_off(),
    "cable out": lambda node: node.cables("down", "dmz"),
    "keepalived stopped": lambda node: node.ends("keepalived"),
    "policy taken out": lambda node: node.edgectl("flush"),
}


@pytest.mark.whole
@pytest.mark.parametrize("how", AWAY)
def test_by_the_shipped_timings(pair, how):
    """But for the delay at the start, which the test does not wait for. pytest -rP
    prints the seconds."""
    one, two = pair.begin(OPEN, lines={"vrrp_startup_delay 10": "vrrp_startup_delay 1"})
    talks = Talks(pair)
    talks.are_known_to(two)
    for media in talks.media:
        media.silence = 0
    began = time.monotonic()
    AWAY[how](one)
    talks.until(two.is_master, "the second node is master")
    master = time.monotonic() - began
    talks.have_moved_to(two)
    moved = time.monotonic() - began
    talks.go_on(two)
    silence = max(media.silence for media in talks.media)
    print(f"{how}: master after {master:.1f} s, has the connections after {moved:.1f} s, "
          f"media silent for {silence:.1f} s")
    begins_nothing(two)


# --- both at once

def test_both_are_master_and_one_is_again(pair):
    """In between, connections begin at either node: IPv4 at one, IPv6 at the
    other."""
    one, two = pair.begin(OPEN)
    total = Sum(pair)
    before = Talks(pair)
    before.are_known_to(two)
    pair.parts()
    before.have_moved_to(two)
    assert one.is_master()
    for host in "inet", "edge1":
        pair.pins(one, host, 4)
        pair.pins(two, host, 6)
    between = Talks(pair)
    for talks in before, between:
        talks.go_on(two)
    assert one.is_master()
    pair.meets()
    pair.unpins()
    before.until(one.is_idle, "one of the two steps back")
    assert two.is_master()
    for talks in before, between:
        talks.go_on(two)
    total.agrees(before.count + between.count)
    # And back: the other knows all of them too.
    before.until(lambda: one.external() >= before.count + between.count, "the first has all")
    two.power_off()
    for talks in before, between:
        talks.go_on(one)
    total.agrees(before.count + between.count)


@pytest.mark.whole
def test_the_line_between_the_two_comes_again(pair):
    """What began while it was away is known all the same."""
    one, two = pair.begin(OPEN)
    talks = Talks(pair)
    talks.are_known_to(two)
    one.cables("down", "sync")
    meanwhile = Talks(pair)
    one.cables("up", "sync")
    talks.until(lambda: two.external() >= talks.count + meanwhile.count, "the second has all")
    one.power_off()
    for some in talks, meanwhile:
        some.go_on(two)
    begins_nothing(two)


# --- changes meanwhile

def test_loads_and_switches_while_the_traffic_moves(pair):
    """The policy of the node that takes over decides on what it is handed."""
    one, two = pair.begin(OPEN)
    talks = Talks(pair)
    over = pair.connect("tcp", pair.at("client", 4), pair.at("edge1.webconf", 4), HTTPS)
    over.exchange()
    talks.count += 1
    talks.are_known_to(two)
    assert one.hash() == two.hash()
    one.power_off()
    pair.config = OPEN.without(("feature", "web-conferencing"))
    two.give_policy()
    two.load()
    two.edgectl("row", "off", "external/6", "pic/1")
    assert one.hash() != two.hash()
    talks.have_moved_to(two)
    # Both ended here, though the first node permitted them.
    ended, talks.pushes = [over, *talks.pushes], []
    for talk in ended:
        talk.answer()
    for row in "external/6", "external/8":
        talks.until(lambda: two.denied(row) >= 4, f"{row} refuses")
    assert not any(talk._read("client") for talk in ended)
    talks.go_on(two)
    begins_nothing(two)
    # The first node boots with the same file, and both agree again.
    one.reboot()
    talks.until(lambda: "Entering BACKUP" in one.log("keepalived"), "the first node waits")
    assert one.hash() == two.hash()
    for node in one, two:
        node.edgectl("row", "on", "external/6", "pic/1")
    talks.until(lambda: [talk._read("client") for talk in ended[1:]] == [True, True],
                "what the switch held back arrives")
    assert not over._read("client")
