# SPDX-License-Identifier: GPL-2.0-only
"""What nf_edge makes of connection tracking: retransmissions, timeouts,
untracked packets, helpers, zones, and a full table."""

import pathlib
import threading

import pytest

import packets
from netlib import (OPEN, Tap, if_ready, permitted, refused, rows_of,
                    until)
from wire import Client, Refusal

CONNTRACK_MAX = pathlib.Path("/proc/sys/net/netfilter/nf_conntrack_max")
BUCKETS = pathlib.Path("/proc/sys/net/netfilter/nf_conntrack_buckets")
SIGN_IN = ["external/5", "pic/3"]
STUN = ["external/14", "pic/6"]


def entries(net):
    return net.edgectl.status()["conntrack"]["count"]


# --- what a connection is

def test_a_repeated_first_packet_is_no_second_connection(open_net, family):
    net = open_net
    client, access = net.at("client", family), net.at("edge1.access", family)
    syn = packets.tcp(client.address, access.address, net.port(), 443)
    watch = net.watch()
    with access.ns.muted():
        net.injects(client, syn, syn, syn)
        watch.expect(permitted("edge1", SIGN_IN, 1, (3, 3 * len(syn))))


def test_unanswered_datagrams_are_one_connection(open_net, family):
    net = open_net
    client, av = net.at("client", family), net.at("edge1.av", family)
    some = packets.udp(client.address, av.address, net.port(), 3478, b"x")
    watch = net.watch()
    with av.ns.muted():
        net.injects(client, some, some)
        watch.expect(permitted("edge1", STUN, 1, (2, 2 * len(some))))


def test_a_refused_first_packet_is_judged_anew_each_time(open_net, family):
    net = open_net
    client, access = net.at("client", family), net.at("edge1.access", family)
    syn = packets.tcp(client.address, access.address, net.port(), 3389)
    net.drops(client, [syn, syn, syn], "no-row")


def test_replies_need_no_arrival_of_their_own(open_net, family):
    """A reply of an outgoing connection comes by the external side."""
    open_net.passes("udp", open_net.at("edge1.access", family),
                    open_net.at("client", family), 53, ["external/4"])


def test_replies_to_an_internal_address_are_not_isolated(net, family):
    """Isolation keeps connections out that begin outside. An answer may take
    another way than the question did."""
    net.load(OPEN.but(peers={"internal-networks": None}))
    edge, frontend = (net.at(n, family) for n in ("edge1.internal", "frontend"))
    outside = net.at("client", family)
    port = net.port()
    question = packets.tcp(edge.address, frontend.address, port, 5061)
    answer = packets.tcp(frontend.address, edge.address, 5061, port, "SA",
                         seq=5000, ack=1001)
    watch, tap = net.watch(), net.tap(edge)
    with frontend.ns.muted(), edge.ns.muted():
        net.injects(edge, question)
        net.injects(outside, answer)
        net.awaits(tap, frontend.address, edge.address)
    watch.expect(permitted("edge1", ["internal/3"], 1, (1, len(answer)),
                           (1, len(question))))


def test_a_reply_is_no_way_back_for_another_connection(open_net, family):
    """The port pair of a running connection, turned round: the server
    cannot dial."""
    net = open_net
    client, av = net.at("client", family), net.at("edge1.av", family)
    talk = net.connect("udp", client, av, 3478)
    talk.exchange()
    net.refuses("udp", av, client, talk.sport + 1, "no-row", sport=3478)


@pytest.mark.parametrize("port, features", [(3389, ()), (443, ("av",))])
def test_what_is_refused_costs_no_conntrack_entry(open_net, family, port,
                                                  features):
    """Whether no row names it, or the rows are dead."""
    net = open_net
    net.load(OPEN.without(*(("feature", f) for f in features)))
    client, av = net.at("client", family), net.at("edge1.av", family)
    before = entries(net)
    watch = net.watch()
    net.injects(client, *(packets.tcp(client.address, av.address, net.port(),
                                      port) for _ in range(20)))
    watch.await_drop("disabled" if features else "no-row", 20)
    assert entries(net) <= before


def test_a_bulk_transfer_counts_what_the_hook_is_given(open_net, family):
    """Many segments at once are one packet where the stack has joined them,
    or not cut them yet: a sniffer on the appliance sees the same."""
    net = open_net
    client, access = net.at("client", family), net.at("edge1.access", family)
    tap = Tap(net.box, "wan0")
    watch = net.watch()
    talk = net.connect("tcp", client, access, 443)
    talk.send(b"there " * 50000)
    talk.receives("server")
    talk.answer(b"back " * 50000)
    talk.receives("client")
    talk.close()

    def expected():
        there, back = net.traffic(tap, client.address, access.address, 443,
                                  talk.sport)
        assert there[1] > 300000 and back[1] > 250000 and not tap.lost()
        return permitted("edge1", SIGN_IN, 1, there, back)
    watch.expect(expected)
    tap.close()


# --- timeouts

@pytest.fixture
def tracking(open_net):
    """A function that sets a number of the appliance's connection tracking
    until the test ends."""
    before = {}

    def tracking(key, value):
        key = f"netfilter/nf_conntrack_{key}"
        before.setdefault(key, open_net.box.sysctl(key))
        open_net.box.sysctl(key, value)
    yield tracking
    for key, value in before.items():
        open_net.box.sysctl(key, value)


def entry(net, talk):
    """What conntrack(8) prints of a connection, nothing when it is over."""
    return net.box.run("conntrack", "-L", "-f", f"ipv{talk.src.family}", "-p",
                       talk.l4, "--orig-port-src", talk.sport).stdout


def is_over(net, talk):
    until(lambda: not entry(net, talk), f"{talk} has timed out")


def test_an_answer_that_comes_too_late_is_refused(open_net, tracking, family):
    """It would be a connection of the answerer's own."""
    net = open_net
    talk = net.connect("udp", net.at("client", family),
                       net.at("edge1.av", family), 3478)
    talk.exchange()
    tracking("udp_timeout", 1)
    tracking("udp_timeout_stream", 1)   # which a slow connection is by now
    talk.send()
    talk.receives("server")
    is_over(net, talk)
    net.cuts(talk, "no-row", by="server")
    talk.forgets()
    tracking("udp_timeout", 30)     # or a slow answer is too late again
    tracking("udp_timeout_stream", 120)
    watch = net.watch()
    talk.exchange()             # the asker begins again
    assert {c["connections"] for c in watch.delta().rows.values()} == {1}
    assert not watch.delta().drops


def test_a_stream_of_datagrams_has_a_timeout_of_its_own(open_net, tracking,
                                                        family):
    net = open_net
    talk = net.connect("udp", net.at("client", family),
                       net.at("edge1.av", family), 3478)

    def is_stream():
        talk.exchange()
        return "ASSURED" in entry(net, talk)
    until(is_stream, "the kernel takes it for a stream")
    watch = net.watch()
    talk.exchange()
    assert not any("connections" in c for c in watch.delta().rows.values())
    tracking("udp_timeout_stream", 1)
    talk.send()                 # one way: an answer may be too late already
    talk.receives("server")
    is_over(net, talk)
    net.cuts(talk, "no-row", by="server")


# --- picked up in the middle

@pytest.fixture
def earlier(net, family):
    """A TCP connection that began before the policy."""
    net.edgectl("flush")
    talk = net.connect("tcp", net.at("client", family),
                       net.at("edge1.access", family), 443)
    talk.exchange()
    net.box.run("conntrack", "-F")
    net.load(OPEN)
    return talk


def test_a_connection_picked_up_by_its_initiator_goes_on(net, earlier):
    watch = net.watch()
    earlier.exchange()
    moved = watch.delta()
    assert not moved.drops
    assert {r for _, r in moved.rows} == set(SIGN_IN)
    assert {c["connections"] for c in moved.rows.values()} == {1}


def test_a_connection_picked_up_by_a_reply_waits_for_its_initiator(net,
                                                                   earlier):
    net.cuts(earlier, "no-row", by="server")
    earlier.send()
    earlier.receives("server")
    earlier.receives("client")      # what was refused, sent again


OLDER = pytest.mark.parametrize("l4, edge, port", [
    ("tcp", "edge1.access", 443), ("udp", "edge1.av", 3478)])


@OLDER
def test_a_first_load_picks_up_nothing_the_wrong_way_round(net, l4, edge, port):
    """However often the server speaks while tracking is being turned on. It
    takes two processors to see it fail."""
    net.edgectl("flush")
    talk = net.connect(l4, net.at("client", 4), net.at(edge, 4), port)
    talk.exchange()
    net.box.run("conntrack", "-F")
    over = threading.Event()

    def speak():
        while not over.wait(0.0005):
            if l4 == "tcp":
                if_ready(talk.server.send, b"again")
            else:
                if_ready(talk.server.sendto, b"again", talk._peer)
    speaker = threading.Thread(target=speak)
    speaker.start()
    try:
        net.load(OPEN)
    finally:
        over.set()
        speaker.join()
    tap, mark = net.tap(talk.dst), b"the initiator"
    talk.client.send(mark)
    until(lambda: any(mark in p.payload for p in tap.arrived(
        talk.src.address, talk.dst.address)), "what the initiator says arrives")


def leave_two_hooks(box):
    """Room at PRE_ROUTING of IPv4. Connection tracking may be there in part: kernels
    before 5.13 never take its hook for fragments away."""
    def chains(first, last):
        return "".join(f"add chain ip full c{i} {{ type filter hook prerouting priority {i % 7}; }}\n"
                       for i in range(first, last))
    count = 1000
    box.nft("add table ip full\n" + chains(0, count))
    while not box.run("nft", "-f", "-", stdin=chains(count, count + 1), check=False).returncode:
        count += 1
    box.nft(f"delete chain ip full c{count - 1}\ndelete chain ip full c{count - 2}")


def test_a_first_load_that_fails_refuses_nothing(net):
    """Nor counts it, while its hooks are there and wait for connection tracking,
    which finds no room. It takes two processors to see it fail."""
    net.edgectl("flush")
    source, target = net.at("client", 4), net.at("edge1.access", 4)
    scan = packets.udp(source.address, target.address, 40000, 161, b"scan")
    spoofed = packets.udp(net.at("edge1.av", 4).address, target.address, 40000,
                          161, b"spoofed")
    over, sent = threading.Event(), 0

    def send():
        nonlocal sent
        while not over.is_set():
            source.ns.inject(scan)
            source.ns.inject(spoofed)
            sent += 2
    leave_two_hooks(net.box)
    sender = threading.Thread(target=send)
    with Client(net.box) as client:
        before = client.do("drops-get")
        sender.start()
        try:
            until(lambda: sent > 100, "packets are under way")
            for _ in range(20):
                with pytest.raises(Refusal) as caught:
                    client.load(OPEN)
                assert "connection tracking" in caught.value.sentence
        finally:
            over.set()
            sender.join()
            net.box.nft("delete table ip full")
        assert client.do("drops-get") == before
    net.load(OPEN)
    net.drops(source, [scan], "no-row")
    net.drops(source, [spoofed], "spoofed")


@OLDER
def test_what_audit_picked_up_by_a_reply_is_refused_until_it_is_deleted(
        net, family, l4, edge, port):
    """Audit lets the reply by, and so it stands in the table the wrong way
    round, which no word of the initiator changes."""
    net.edgectl("flush")
    client, edge = net.at("client", family), net.at(edge, family)
    talk = net.connect(l4, client, edge, port)
    talk.exchange()
    net.box.run("conntrack", "-F")
    net.load(OPEN.but(mode="audit"))
    talk.answer()
    talk.receives("client")
    talk.exchange()
    net.load(OPEN)
    net.cuts(talk, "no-row")
    net.box.run("conntrack", "-D", "-f", f"ipv{family}", "-s", edge.address)
    if l4 == "udp":
        talk.forgets()
    talk.send()
    talk.receives("server")
    talk.exchange()


# --- untracked

def notrack(net, family, condition):
    word = "ip6" if family == 6 else "ip"
    net.box.nft(f"table {word} untrack {{ chain c {{ type filter hook "
                f"prerouting priority raw; {condition} notrack; }}; }}")


@pytest.fixture
def untrack(net):
    """A function that marks packets untracked until the test ends."""
    families = []

    def untrack(family, condition):
        families.append(family)
        notrack(net, family, condition)
    yield untrack
    for family in families:
        net.box.nft(f"delete table {'ip6' if family == 6 else 'ip'} untrack")


@pytest.mark.parametrize("port", [443, 3389])
def test_untracked_packets_are_refused_as_untracked(open_net, untrack, family,
                                                    port):
    net = open_net
    untrack(family, "meta l4proto { tcp, udp }")
    client, access = net.at("client", family), net.at("edge1.access", family)
    net.refuses("tcp", client, access, port, "untracked")
    net.refuses("udp", access, client, port, "untracked")


def test_untracked_packets_of_other_hosts_pass(open_net, untrack, family):
    net = open_net
    untrack(family, "meta l4proto { tcp, udp }")
    net.passes("tcp", net.at("client", family), net.at("unbound", family),
               3389)


def test_the_guards_come_before_untracked(open_net, untrack, family):
    net = open_net
    untrack(family, "meta l4proto { tcp, udp }")
    client = net.at("client", family)
    net.refuses("tcp", client, net.at("edge1.internal", family), 4443,
                "isolation")
    net.refuses("tcp", net.at("user", family).sent_from(client),
                net.at("edge1.access", family), 443, "spoofed")


# --- helpers

@pytest.mark.parametrize("expected_port, permitted_too", [(5061, True),
                                                          (3389, False)])
def test_what_a_helper_expects_is_judged_on_its_own(open_net, expected_port,
                                                    permitted_too):
    """conntrack's FTP helper, told to listen on a port of the policy, hears
    the Edge announce a second connection."""
    net = open_net
    helped = net.box.run("nft", "-f", "-", check=False, stdin="""
        table ip helped {
            ct helper ftp-here { type "ftp" protocol tcp; }
            chain c {
                type filter hook prerouting priority filter
                tcp dport 443 ct helper set "ftp-here"
            }
        }""")
    if helped.returncode:
        pytest.skip("this kernel's nft cannot assign a helper")
    try:
        client, access = net.at("client", 4), net.at("edge1.access", 4)
        control = net.connect("tcp", client, access, 443)
        control.answer(b"220 Ready.\r\n")
        control.receives("client")
        control.answer(
            b"227 Entering Passive Mode (%s,%d,%d).\r\n" %
            (access.address.replace(".", ",").encode(), *divmod(
                expected_port, 256)))
        control.receives("client")
        assert f"dport={expected_port} " in net.box.run(
            "conntrack", "-L", "expect").stdout
        if permitted_too:
            net.passes("tcp", client, access, expected_port,
                       ["external/6", "pic/1"])
        else:
            net.refuses("tcp", client, access, expected_port, "no-row")
    finally:
        net.box.nft("delete table ip helped")


@pytest.mark.parametrize("asks_from, permitted_too", [(3478, True),
                                                      (40999, False)])
def test_what_a_helper_expects_of_datagrams_is_judged_too(
        open_net, family, asks_from, permitted_too):
    """conntrack's TFTP helper, told to listen on a port of the policy, expects
    the Edge to send from another port to the one that asked."""
    net = open_net
    client, av = net.at("client", family), net.at("edge1.av", family)
    media = 50123       # a row names it, so that conntrack gets to see it
    net.box.nft("""table inet helped {
            ct helper tftp-here { type "tftp" protocol udp; }
            counter related { }
            chain helps {
                type filter hook prerouting priority filter
                udp dport 3478 ct helper set "tftp-here"
            }
            chain counts {
                type filter hook prerouting priority -198
                meta l4proto udp ct state related counter name "related"
            }
        }""")
    try:
        control = net.connect("udp", client, av, 3478, asks_from)
        control.send(b"\0\1file\0octet\0")
        control.receives("server")
        assert f"dport={asks_from} " in net.box.run(
            "conntrack", "-L", "expect", "-f", f"ipv{family}").stdout
        if permitted_too:
            net.passes("udp", av, client, asks_from,
                       rows_of("av", "out", "udp", asks_from), sport=media)
        else:
            net.refuses("udp", av, client, asks_from, "no-row", sport=media)
        assert "packets 0 " not in net.box.run(
            "nft", "list", "counter", "inet", "helped", "related").stdout
    finally:
        net.box.nft("delete table inet helped")


# --- zones

@pytest.fixture
def zone(open_net):
    """A function that gives packets of the appliance a conntrack zone."""
    def zone(condition, direction=""):
        open_net.box.nft(
            "table inet zones { chain c { type filter hook prerouting priority "
            f"raw; {condition} ct {direction} zone set 7; }}; }}")
    yield zone
    open_net.box.nft("table inet zones; delete table inet zones")


@pytest.mark.parametrize("condition, direction", [
    ("iifname { wan0, dmz0 }", ""), ("iifname wan0", "original")])
def test_in_a_zone_of_conntrack_all_is_judged_the_same(open_net, zone, family,
                                                       condition, direction):
    net = open_net
    zone(condition, direction)
    client, access = net.at("client", family), net.at("edge1.access", family)
    net.passes("tcp", client, access, 443, SIGN_IN)
    net.refuses("tcp", client, access, 3389, "no-row")
    net.refuses("tcp", net.at("user", family).sent_from(client), access, 443,
                "spoofed")
    talk = net.connect("udp", client, net.at("edge1.av", family), 3478)
    talk.exchange()
    assert "zone" in entry(net, talk)
    net.load(OPEN.without(("zone", "external"), ("zone", "pic")))
    net.cuts(talk, "disabled", near=STUN)


def test_an_answer_in_another_zone_is_no_answer(open_net, zone, family):
    net = open_net
    zone("iifname wan0")
    talk = net.connect("udp", net.at("client", family),
                       net.at("edge1.av", family), 3478)
    watch = net.watch()
    talk.send()
    talk.receives("server")
    assert {r for _, r in watch.delta().rows} == set(STUN)
    net.cuts(talk, "no-row", by="server")


# --- a full table

def test_a_full_table_stops_new_connections_only(open_net, family):
    """The kernel drops them, before nf_edge sees them, and status says so."""
    net = open_net
    client, access = net.at("client", family), net.at("edge1.access", family)
    net.box.run("conntrack", "-F")
    running = [net.connect("tcp", client, access, 443) for _ in range(8)]
    for talk in running:
        talk.exchange()
    before = net.edgectl.status()["conntrack"]
    most = CONNTRACK_MAX.read_text()
    tap = net.tap(access)
    try:
        CONNTRACK_MAX.write_text(str(before["count"]))
        watch = net.watch()
        attempt = net.attempts("tcp", client, access, 443)
        late = net.port()
        net.injects(client, packets.tcp(client.address, access.address, late,
                                        443))

        def dropped():
            now = net.edgectl.status()["conntrack"]
            return now["drop"] - before["drop"] >= 2
        until(dropped, "the kernel's drops show in status")
        watch.expect()
        status = net.edgectl.status()["conntrack"]
        assert status["count"] == status["max"] == before["count"]
        for talk in running:
            talk.exchange()
        moved = watch.delta()
        assert not moved.drops
        assert {r for _, r in moved.rows} == set(SIGN_IN)
        assert not any("connections" in c for c in moved.rows.values())
        attempt.close()
    finally:
        CONNTRACK_MAX.write_text(most)
    net.marks(tap)
    assert not tap.arrived(client.address, sport=late)
    for talk in running:
        talk.close()
    net.passes("tcp", client, access, 443, SIGN_IN)


def test_status_shows_the_table(open_net):
    net = open_net
    net.box.run("conntrack", "-F")
    client, av = net.at("client", 4), net.at("edge1.av", 4)
    for _ in range(5):
        net.connect("udp", client, av, 3478).exchange()
    status = net.edgectl.status()["conntrack"]
    assert status["count"] == 5
    assert status["max"] == int(CONNTRACK_MAX.read_text())
    kernel = net.box.conntrack_counts()
    assert status["drop"] == kernel["drop"]
    assert status["early_drop"] == kernel["early_drop"]
    assert status["insert_failed"] == kernel["insert_failed"]


@pytest.fixture
def full(open_net):
    """The appliance's table, full of connections that nobody answered, and
    short enough for the kernel to find one that it can give up. A connection
    that was answered runs beside them."""
    net = open_net
    client, av = net.at("client", 4), net.at("edge1.av", 4)
    most, buckets = CONNTRACK_MAX.read_text(), BUCKETS.read_text()
    net.box.run("conntrack", "-F")
    talk = net.connect("tcp", client, net.at("edge2.access", 4), 443)
    talk.exchange()
    with av.ns.muted():
        try:
            BUCKETS.write_text("512")
            # In an emulated machine they take longer to send than the first lives.
            net.box.sysctl("netfilter/nf_conntrack_udp_timeout", 600)
            net.injects(client, *(packets.udp(client.address, av.address, port,
                                              3478) for port in
                                  range(20000, 22000)))
            until(lambda: entries(net) == 2001, "the table is filled")
            CONNTRACK_MAX.write_text("2001")
            yield talk
        finally:
            CONNTRACK_MAX.write_text(most)
            BUCKETS.write_text(buckets)
            net.box.sysctl("netfilter/nf_conntrack_udp_timeout", 30)
    net.box.run("conntrack", "-F")


def gave_up(net):
    return net.edgectl.status()["conntrack"]["early_drop"]


def test_a_full_table_gives_up_what_nobody_answered(open_net, full):
    net = open_net
    client, av = net.at("client", 4), net.at("edge1.av", 4)
    before = gave_up(net)

    def gives_up():     # the kernel's own worker may have made room
        net.lets_by(client, packets.udp(client.address, av.address, net.port(), 3478), STUN)
        return gave_up(net) > before
    until(gives_up, "an entry is given up")
    now = gave_up(net)
    assert entries(net) <= 2001
    text = net.edgectl("show", "status").stdout
    assert "of 2001 entries" in text
    assert f"WARNING    the kernel gave up {now} " \
        f"{'entry' if now == 1 else 'entries'} because the table was full" in text
    full.exchange()


def test_a_scan_takes_nothing_from_a_full_table(open_net, full):
    """What no row names is dropped before it could push anything out."""
    net = open_net
    client, av = net.at("client", 4), net.at("edge1.av", 4)
    before = net.edgectl.status()["conntrack"]
    some = [packet(client.address, av.address, net.port(), port)
            for packet in (packets.tcp, packets.udp) for port in range(3300, 3350)]
    watch = net.watch()
    net.injects(client, *some)
    watch.await_drop("no-row", len(some))
    watch.expect(refused("no-row", len(some), sum(map(len, some))))
    after = net.edgectl.status()["conntrack"]
    assert after.pop("count") <= before.pop("count") and after == before
    full.exchange()


def test_status_warns_of_a_table_that_fills_up(open_net):
    net = open_net
    warning = "WARNING    the table is nearly full"
    most = CONNTRACK_MAX.read_text()
    net.box.run("conntrack", "-F")
    client, av = net.at("client", 4), net.at("edge1.av", 4)
    for _ in range(9):
        net.connect("udp", client, av, 3478).exchange()
    try:
        for room, warns in ((11, False), (10, True), (9, True)):
            CONNTRACK_MAX.write_text(str(room))
            text = net.edgectl("show", "status").stdout
            assert f"9 of {room} entries" in text
            assert (warning in text) == warns, room
    finally:
        CONNTRACK_MAX.write_text(most)
