# SPDX-License-Identifier: GPL-2.0-only
"""edgectl top: rates whose counts are exactly those of the counters, across
loads and resets, and a screen that tells an operator what is up."""

import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import time

import jsonschema
import pytest

import packets
from edgectl import COUNTS, DROP_COUNTS, Counters
from flows import Datagrams
from netlib import reference
from netns import until
from rights import as_nobody, for_everybody
from screen import PROMPT, Screen
from wire import load_module, module_is_loaded, nobody_uses_the_module, unload_module

ALL = reference()
TREE = pathlib.Path(__file__).resolve().parents[2]
KEYS = {"rows": "row", "nodes": "node", "services": "service", "reasons": "reason"}


def whole(*values, **more):
    """A case that make check leaves out."""
    return pytest.param(*values, marks=pytest.mark.whole, **more)


WHOLE = {"type": "integer", "minimum": 0}
REAL = {"type": "number", "minimum": 0}


def exact(**properties):
    return {"type": "object", "properties": properties, "required": list(properties),
            "additionalProperties": False}


def maybe(schema):
    return {"anyOf": [schema, {"type": "null"}]}


def schema(by):
    counted = {name: WHOLE for name in COUNTS}
    dropped = {name: WHOLE for name in DROP_COUNTS}
    if by == "reasons":
        line = exact(reason={"type": "string"}, **dropped,
                     per_second=exact(refused=REAL, dropped=REAL, bytes=REAL))
    else:
        line = exact(**{KEYS[by]: {"type": "string"}}, **counted, last_hit=maybe(WHOLE),
                     per_second=exact(connections=REAL, packets=REAL, bytes=REAL, denied=REAL))
    words = {"type": "array", "items": {"type": "string"}}
    return exact(
        schema_version={"const": 1}, time=WHOLE, seconds=REAL, loaded={"type": "boolean"},
        profile=maybe({"type": "string"}), mode=maybe({"enum": ["enforce", "audit"]}),
        generation=WHOLE, switched=words,
        pending=maybe(exact(seconds_left=WHOLE, back_generation=maybe(WHOLE),
                            back_mode=maybe({"type": "string"}))),
        conntrack=exact(count=WHOLE, max=WHOLE), restarted=maybe({"type": "string"}),
        began_at_zero=words, permitted=exact(**counted), refused=exact(**dropped),
        by={"const": by}, lines={"type": "array", "items": line})


class Following:
    """edgectl top --batch --json, and the sums of all that it printed."""

    def __init__(self, net, by="rows", delay="0.2"):
        self.net, self.by = net, by
        self.schema = schema(by)
        self.child = net.box.start(net.edgectl.program, "top", "--batch", "--json", "-d", delay,
                                   "--by", by, stdout=-1, text=True)
        self.sums, self.objects = {}, []
        self.next()     # one reading is done before it, and one with it

    def next(self):
        answer = json.loads(self.child.stdout.readline())
        jsonschema.validate(answer, self.schema)
        self.objects.append(answer)
        for line in answer["lines"]:
            sums = self.sums.setdefault(line[KEYS[self.by]], {})
            for name in DROP_COUNTS if self.by == "reasons" else COUNTS:
                sums[name] = sums.get(name, 0) + line[name]
            self.rates_are_right(answer, line)
        return answer

    def rates_are_right(self, answer, line):
        rates = dict(line["per_second"])
        if self.by == "reasons":
            wanted = {"refused": line["packets"] + line["would_be_packets"],
                      "dropped": line["packets"],
                      "bytes": line["bytes"] + line["would_be_bytes"]}
        else:
            wanted = {"connections": line["connections"], "denied": line["denied"],
                      "packets": line["packets_to_edge"] + line["packets_from_edge"],
                      "bytes": line["bytes_to_edge"] + line["bytes_from_edge"]}
        for name, count in wanted.items():
            assert rates[name] * answer["seconds"] == pytest.approx(count), (name, line)

    def moved(self):
        """All that was counted since it began, without zeros."""
        found = {key: {name: value for name, value in sums.items() if value}
                 for key, sums in self.sums.items()}
        return {key: sums for key, sums in found.items() if sums}

    def until(self, wanted):
        """Go on until all that was counted is exactly this."""
        for _ in range(200):
            if self.moved() == wanted:
                return
            self.next()
        assert self.moved() == wanted

    def close(self):
        self.child.kill()
        self.child.wait()
        self.child.stdout.close()


def by_view(delta, by):
    """Differences of counters, added up as a view of top has them."""
    if by == "reasons":
        return delta.drops
    found = {}
    for (node, name), counts in (delta.rows if by == "rows" else delta.services).items():
        sums = found.setdefault(node if by == "nodes" else name, {})
        for key, value in counts.items():
            sums[key] = sums.get(key, 0) + value
    return found


def traffic(net, ports=(3478, 3478, 9), nodes=("edge1", "edge2")):
    """Permitted packets of several rows and nodes, refused ones for several reasons; counted when
    this returns."""
    before = net.edgectl.json("counters")
    client, sent = net.at("client", 4), 0
    for node in nodes:
        access, av = (net.at(f"{node}.{name}", 4).address for name in ("access", "av"))
        some = [packets.udp(client.address, av, net.port(), port, b"xyz") for port in ports]
        some += [packets.tcp(client.address, access, net.port(), 443),
                 packets.udp(net.at("user", 4).address, av, net.port(), 3478, b"x")]
        net.injects(client, *some)
        sent += len(some)
    if "edge1" in nodes and "edge2" in nodes:
        connection = net.connect("tcp", net.at("client", 4), net.at("edge2.webconf", 4), 443)
        connection.exchange()
        connection.close()

    def counted():
        now = Counters.read(net.edgectl.json("counters")) - Counters.read(before)
        return sent <= sum(c.get("packets_to_edge", 0) for c in now.services.values()) + sum(
            c.get("packets", 0) + c.get("would_be_packets", 0) for c in now.drops.values())
    until(counted, "all packets are counted")


def settled(net):
    """The counters, when nothing moves them any more."""
    last = net.edgectl.counters()
    while True:
        time.sleep(0.1)
        now = net.edgectl.counters()
        if now == last:
            return now
        last = now


@pytest.fixture
def follow(net):
    children = []

    def begin(*words, **options):
        children.append(Following(net, *words, **options))
        return children[-1]
    yield begin
    for child in children:
        child.close()


@pytest.mark.parametrize("by", KEYS)
def test_the_counts_are_exactly_those_of_the_counters(net, follow, by):
    net.load(ALL)
    before = settled(net)
    top = follow(by)
    for _ in range(3):
        traffic(net)
        top.next()
    delta = settled(net) - before
    wanted = by_view(delta, by)
    assert len(wanted) >= 2
    top.until(wanted)
    totals = {name: sum(answer["permitted"][name] for answer in top.objects) for name in COUNTS}
    assert totals == {name: sum(c.get(name, 0) for c in delta.services.values()) for name in COUNTS}
    refused = {name: sum(answer["refused"][name] for answer in top.objects) for name in DROP_COUNTS}
    assert refused == {name: sum(c.get(name, 0) for c in delta.drops.values())
                       for name in DROP_COUNTS}
    # Nothing was reset, and nothing comes any more.
    assert settled(net) - before == delta
    assert not any(line[name] for line in top.next()["lines"]
                   for name in (DROP_COUNTS if by == "reasons" else COUNTS))


def test_audit_counts_what_would_be_dropped(net, follow):
    net.load(ALL.but(mode="audit"))
    before = settled(net)
    top = follow("reasons")
    traffic(net)
    top.until(by_view(settled(net) - before, "reasons"))
    assert top.objects[-1]["mode"] == "audit"
    assert sum(answer["refused"]["would_be_packets"] for answer in top.objects) >= 4
    assert not any(answer["refused"]["packets"] for answer in top.objects)


@pytest.mark.parametrize("change", [
    whole(lambda net: net.load(ALL.without(("zone", "pic"))), id="zone"),
    pytest.param(lambda net: net.load(ALL.but(
        nodes={"edge0": {"av": ["192.0.2.77"]}, **ALL.nodes})), id="another-node"),
    whole(lambda net: net.load(ALL.but(mode="audit")), id="audit"),
    pytest.param(lambda net: net.edgectl("zone", "off", "pic"), id="switch"),
    whole(lambda net: net.load(ALL), id="the-same")])
def test_a_load_between_two_readings_changes_no_rate(net, follow, change):
    net.load(ALL)
    before = settled(net)
    top = follow()
    traffic(net)
    change(net)
    traffic(net)
    top.until(by_view(settled(net) - before, "rows"))
    assert not any(answer["began_at_zero"] or answer["restarted"] for answer in top.objects)


def test_a_reset_between_two_readings_makes_no_negative_and_no_absurd_rate(net, follow):
    net.load(ALL)
    before = settled(net)
    top = follow()
    traffic(net, ports=(3478,) * 20)
    first = by_view(settled(net) - before, "rows")
    top.until(first)
    net.edgectl("counters", "--reset")
    zero = settled(net)
    traffic(net, ports=(3478,))
    second = by_view(settled(net) - zero, "rows")
    assert second["external/14"]["packets_to_edge"] < first["external/14"]["packets_to_edge"]
    top.until({row: {name: first[row].get(name, 0) + second.get(row, {}).get(name, 0)
                     for name in first[row]} for row in first})
    named = {name for answer in top.objects for name in answer["began_at_zero"]}
    assert "edge1 external/14" in named
    assert not any(answer["restarted"] for answer in top.objects)


def test_another_profile_leaves_the_drops(net, follow):
    """Counters of rows begin at zero with it, and drops do not."""
    net.load(ALL)
    traffic(net, ports=(9,) * 50)
    before = settled(net)
    assert before.drops["no-row"]["packets"] >= 100
    top = follow("reasons")
    net.load(ALL.but(profile="lync2013-scaled-nat"))
    traffic(net, ports=(9,), nodes=("edge1",))
    top.until(by_view(settled(net) - before, "reasons"))
    assert {answer["restarted"] for answer in top.objects} == {None, "the profile changed"}


def test_a_node_that_comes_counts_from_zero(net, follow):
    net.load(ALL.but(nodes={"edge1": ALL.nodes["edge1"]}))
    before = settled(net)
    top = follow("nodes")
    net.load(ALL)
    traffic(net)
    delta = settled(net) - before
    top.until(by_view(delta, "nodes"))
    assert {node for node, _ in delta.services} == {"edge1", "edge2"}


def unloads():
    """A reading of top, which goes on, may hold the module just then."""
    with contextlib.suppress(subprocess.CalledProcessError):
        unload_module()
    return not module_is_loaded()


def test_a_batch_says_that_no_policy_is_there_and_ends_without_the_module(net, follow):
    net.load(ALL)
    top = follow()
    net.edgectl("flush")
    while top.objects[-1]["loaded"]:
        top.next()
    assert top.objects[-1]["mode"] is None and top.objects[-1]["lines"] == []
    text = net.edgectl("top", "--batch", "-n", "1", "-d", "0.1").stdout
    assert "no policy is loaded: nothing is governed\n" in text
    nobody_uses_the_module(net)
    until(unloads, "the module is unloaded")
    try:
        rest = top.child.stdout.read().splitlines()
        assert all(not json.loads(line)["loaded"] for line in rest)
        assert top.child.wait() == 3
        done = net.edgectl("top", "--batch", "-n", "1", check=False)
        assert (done.returncode, done.stdout, done.stderr) == (
            3, "", "edgectl: nf_edge is not loaded: modprobe nf_edge\n")
    finally:
        load_module()


def test_a_change_that_waits_is_told(net, follow):
    net.load(ALL)
    top = follow()
    net.edgectl("load", "--confirm", "10m", net.edgectl.file(ALL.but(mode="audit")))
    net.edgectl("zone", "off", "pic")
    while not top.objects[-1]["switched"]:
        top.next()
    answer = top.objects[-1]
    assert answer["switched"] == ["zone pic"] and answer["mode"] == "audit"
    assert 0 < answer["pending"]["seconds_left"] <= 600
    assert answer["pending"]["back_mode"] == "enforce"
    net.edgectl("rollback")
    while top.next()["pending"]:
        pass


def test_the_text_for_scripts(net):
    net.load(ALL)
    net.edgectl("zone", "off", "pic")
    done = net.edgectl("top", "--batch", "-n", "2", "-d", "0.3", "--by", "nodes")
    assert len(re.findall(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d{4}, over \d+\.\d s$",
                          done.stdout, re.M)) == 2
    assert re.search(r"^mode enforce, generation \d+\nswitched zone pic, until the next load\n"
                     r"permitted 0 connections/s, 0 packets/s, 0 bytes/s\n"
                     r"refused 0 packets/s, 0 bytes/s\nconntrack \d+ of \d+ entries\n\n"
                     r"NODE +CONNECTIONS/s PACKETS/s BYTES/s DENIED/s LAST-HIT$",
                     done.stdout, re.M), done.stdout


@pytest.fixture
def program(net):
    with for_everybody(net.edgectl.program) as copy:
        yield copy


def test_an_ordinary_user_gets_one_sentence(net, program):
    def ask():
        return [subprocess.run([program, "top", *words], capture_output=True, text=True,
                               stdin=subprocess.DEVNULL, check=False)
                for words in (["--batch", "-n", "1"], ["--batch", "--json"], [])]
    for done in as_nobody(net.box, ask):
        assert done.returncode in (2, 3) and done.stdout == ""
        assert done.stderr.startswith("edgectl: ") and done.stderr.count("\n") == 1
    screen = Screen(net.box)
    try:
        screen.run(f"setpriv --reuid 65534 --clear-groups {program} top")
        text = screen.shows("CAP_NET_ADMIN in the initial user namespace: be root")
        assert text.count("edgectl: ") == 1
        assert screen.is_as_before()
    finally:
        screen.close()


# --- the screen

@pytest.fixture
def terminal(net):
    opened = []

    def begin(*words, columns=80, lines=24, **env):
        screen = Screen(net.box, columns, lines, **env)
        opened.append(screen)
        screen.run(" ".join([net.edgectl.program, "top", "-d", "0.3", *words]))
        return screen
    yield begin
    for screen in opened:
        screen.close()


def busy(net, screen, wanted=r"^external/14 .*[1-9]"):
    """Send until the screen shows that rates are above zero."""
    traffic(net, ports=(3478,) * 30 + (9,))         # rows of both nodes
    client, av = net.at("client", 4), net.at("edge1.av", 4)
    # A rate stands for one reading, and to look takes longer: traffic goes on.
    with Datagrams(net, client, av, 3478), Datagrams(net, client, av, 9, permitted=False):
        until(lambda: re.search(wanted, screen.text(), re.M), f"{wanted} on the screen")


def test_the_screen_shows_rows_by_rate(net, terminal):
    net.load(ALL)
    screen = terminal()
    text = screen.shows("conntrack", "ROW", "37 rows by PACKETS/s, the greatest first")
    lines = text.splitlines()
    assert re.fullmatch(r"nf-edge: mode enforce, generation \d+ +\d\d:\d\d:\d\d, over \d+\.\d s",
                        lines[0])
    assert re.match(r"permitted +\S+ packets/s +\S+ bytes/s +\S+ connections/s$", lines[1])
    assert re.match(r"refused +\S+ packets/s +\S+ bytes/s$", lines[2])
    assert re.match(r"conntrack +\d+ of \d+ entries \(\d+%\)$", lines[3])
    assert lines[5].split() == ["ROW", "CONNS/s", "PACKETS/s", "BYTES/s", "DENIED/s",
                                "PACKETS/s,", "LAST", "30"]
    assert "q quit" in lines[23] and max(map(len, lines)) <= 80
    busy(net, screen)
    screen.shows("█")
    busy(net, screen, r"^refused +[\d.]*[1-9]")
    # The busiest row is the first, and the last line but two says what it is.
    lines = screen.text().splitlines()
    assert lines[6].startswith("external/14 ")
    assert lines[21].startswith("external/14: av in udp 3478: ")


def test_views_sort_filter_and_pause(net, terminal):
    net.load(ALL)
    screen = terminal("-d", "2")
    screen.shows("37 rows")
    screen.keys("2")
    screen.shows("2 nodes by PACKETS/s", "edge1: access ")
    screen.keys("3")
    screen.shows("4 services", "of edge1, edge2")
    screen.keys("4")
    screen.shows("10 reasons by REFUSED/s", "spoofed: The source cannot be where")
    screen.keys("s")
    screen.shows("10 reasons by DROPPED/s, the greatest first")
    screen.keys("r")
    screen.shows("10 reasons by DROPPED/s, the smallest first")
    screen.keys("v")
    screen.shows("37 rows")
    screen.keys("/")
    screen.keys("5061")
    screen.shows("show only lines with: 5061_")
    screen.keys("Enter")
    text = screen.shows('37 rows by PACKETS/s, the greatest first; 7 with "5061" (Esc shows all)')
    assert "external/6 " in text and "external/5 " not in text
    screen.keys("Escape")
    screen.shows("external/5 ")
    screen.keys("p")
    first = screen.shows("PAUSED: p goes on")
    traffic(net)
    time.sleep(2.5)
    assert screen.text() == first
    screen.keys("p")
    text = until(lambda: re.search(r"^external/14 .*[1-9].*", screen.text(), re.M),
                 "the rates of the pause")
    assert "PAUSED" not in screen.text(), text
    screen.keys("?")
    screen.shows("edgectl top: keys and columns", "No counter is reset")
    screen.keys("q")
    screen.shows(PROMPT)


def test_enter_shows_the_details_of_a_row(net, terminal):
    net.load(ALL)
    screen = terminal()
    busy(net, screen)
    screen.keys("/")
    screen.keys("external/14")
    screen.keys("Enter")
    screen.shows('1 with "external/14"')
    screen.keys("Enter")
    text = screen.shows("row external/14: candidate negotiation over UDP",
                        "permits   udp 3478, into the Edge service av", "live      yes",
                        "Esc back to all rows")
    row = next(r for r in net.edgectl.json("show", "rows")["rows"] if r["id"] == "external/14")
    assert f"peers     {','.join(row['peers'])}" in text
    assert f"feature   {row['feature']}" in text
    assert re.search(r"^edge1( +\S+){5} +\d+s$", text, re.M)
    assert re.search(r"^edge2( +\S+){5} +\d+s$", text, re.M)
    net.edgectl("row", "off", "external/14")
    screen.shows("live      no: row is off", "SWITCHED until the next load: row external/14")
    screen.keys("Escape")
    screen.shows("37 rows")
    screen.keys("Escape")
    screen.keys("2")
    screen.keys("Enter")
    screen.shows("Enter shows the details of a row: 1 shows the rows")


def test_audit_switches_and_a_change_that_waits_are_loud(net, terminal):
    net.load(ALL)
    screen = terminal()
    screen.shows("mode enforce")
    net.edgectl("load", "--confirm", "10m", net.edgectl.file(ALL.but(mode="audit")))
    net.edgectl("zone", "off", "pic")
    screen.shows("mode AUDIT: NOTHING IS DROPPED, generation", "would drop ",
                 "PENDING: generation", "comes back in", "unless: edgectl confirm",
                 "SWITCHED until the next load: zone pic")
    net.edgectl("rollback")
    until(lambda: "PENDING" not in screen.text(), "nothing waits")


def test_a_reset_is_told_on_the_screen(net, terminal):
    net.load(ALL)
    traffic(net, ports=(3478,) * 20)
    screen = terminal("-d", "10")       # the notice stands for one reading
    screen.shows("37 rows")
    net.edgectl("counters", "--reset")
    screen.shows("counters were reset in between: these rates may be too low")


def test_it_goes_on_looking_without_policy_and_without_module(net, terminal):
    net.load(ALL)
    screen = terminal()
    screen.shows("37 rows")
    net.edgectl("flush")
    screen.shows("NO POLICY LOADED, nothing is governed: edgectl load", "0 rows")
    nobody_uses_the_module(net)
    until(unloads, "the module is unloaded")
    try:
        screen.shows("nf-edge: no reading",
                     "nf_edge is not loaded: modprobe nf_edge; looking again every 0.3 s")
        # It may begin so, too.
        later = terminal()
        later.shows("nf_edge is not loaded: modprobe nf_edge; looking again")
    finally:
        load_module()
    net.edgectl.load(ALL)
    screen.shows("mode enforce, generation 1", "37 rows")
    later.shows("mode enforce, generation 1", "37 rows")


@pytest.mark.parametrize("columns, lines", [whole(40, 9), (20, 4), whole(10, 2), whole(3, 1)])
def test_a_tiny_terminal_shows_what_matters(net, terminal, columns, lines):
    net.load(ALL.but(mode="audit"))
    screen = terminal(columns=columns, lines=lines)
    screen.shows("nf-edge: mode AUDIT: N"[:columns - 1])
    if lines > 3:
        screen.shows("ROW", "external/1"[:columns - 1])
    screen.keys("Down", "Enter", "?", "x", "End", "4")
    screen.resize(80, 24)
    screen.shows("10 reasons", "NOTHING IS DROPPED, generation")
    screen.resize(columns, lines)
    screen.resize(120, 30)
    screen.shows("10 reasons", "several  ")
    screen.keys("q")
    screen.shows(PROMPT)


@pytest.mark.parametrize("way", ["q", "C-c", signal.SIGTERM, whole(signal.SIGINT),
                                 whole(signal.SIGHUP), whole(signal.SIGQUIT)])
def test_the_terminal_is_as_before_after_each_way_out(net, terminal, way):
    net.load(ALL)
    screen = Screen(net.box)
    try:
        screen.run("stty -a > $HOME/before")
        screen.run(f"sh -c 'echo $$ > $HOME/pid; exec {net.edgectl.program} top -d 0.3'")
        screen.shows("37 rows")
        assert not screen.is_as_before()
        home = pathlib.Path(screen.home)
        if isinstance(way, str):
            screen.keys(way)
        else:
            os.kill(int((home / "pid").read_text()), way)
        screen.shows(PROMPT)
        screen.run("echo code $?; stty -a > $HOME/after")
        screen.shows({"q": "code 0", "C-c": "code 130"}.get(way) or f"code {128 + way}")
        until(lambda: (home / "after").exists() and (home / "after").read_text(), "stty answers")
        assert (home / "after").read_text() == (home / "before").read_text()
        assert screen.is_as_before()
    finally:
        screen.close()


def test_stopped_and_continued_it_draws_anew(net, terminal):
    net.load(ALL)
    screen = terminal()
    screen.shows("37 rows")
    screen.keys("C-z")
    screen.shows(PROMPT)
    until(screen.is_as_before, "the terminal is as before")
    screen.run("fg")
    screen.shows("37 rows", "mode enforce")
    screen.keys("q")
    screen.shows(PROMPT)


@pytest.mark.parametrize("env, bars, colours", [
    whole({}, True, True, id="utf-8"), ({"NO_COLOR": "1"}, True, False),
    whole({"LC_ALL": "C"}, False, True, id="c"), whole({"TERM": "vt100"}, True, False, id="vt100"),
    ({"TERM": "linux"}, False, True)])
def test_bars_and_colours_as_the_terminal_has_them(net, terminal, env, bars, colours):
    net.load(ALL.but(mode="audit"))
    screen = terminal(**env)
    busy(net, screen)
    until(lambda: re.search("█" if bars else "@", screen.text()), "bars")
    assert ("█" in screen.text()) == bars
    coloured = screen.tmux("capture-pane", "-p", "-e")
    assert bool(re.search("\x1b\\[[0-9;]*3[0-7]m", coloured)) == colours
    assert "NOTHING IS DROPPED" in screen.text()


@pytest.mark.parametrize("term, said", [
    ("nonsense", "TERM=nonsense is no terminal that ncurses knows; set TERM, or write --batch"),
    whole("dumb", "TERM=dumb is a terminal without places; set TERM, or write --batch"),
    whole("", "TERM= is no terminal that ncurses knows; set TERM, or write --batch")])
def test_a_terminal_that_cannot_be_used_is_named(net, terminal, term, said):
    net.load(ALL)
    screen = terminal(TERM=term)
    screen.shows(f"edgectl: {said}"[:70])
    assert screen.is_as_before()


def shape(text):
    """A screen without its numbers."""
    text = re.sub(r"[▁▂▃▄▅▆▇█.]{2,}", "BARS", text)
    text = re.sub(r"\d\d:\d\d:\d\d", "TIME", text)
    text = re.sub(r"(?<![/\d])\d[\d.]*[kMG]?(?= |$|%|/s)", "N", text, flags=re.M)
    return [" ".join(line.split()) for line in text.rstrip().splitlines()]


def test_the_screen_of_the_page(net, terminal):
    """docs/top.md shows a screen: what a user gets looks so."""
    page = (TREE / "docs/top.md").read_text(encoding="utf-8")
    wanted = re.search(r"^```screen\n(.*?)^```$", page, re.S | re.M).group(1)
    net.load(ALL)
    screen = terminal()
    screen.shows("37 rows")
    busy(net, screen)
    heads = [line for line in shape(screen.text()) if line]
    told = [line.replace("edge-fw1:", "nf-edge:") for line in shape(wanted) if line]
    assert told[0] == heads[0] and told[3:6] == heads[3:6] and told[-1] == heads[-1]
    assert [line.split()[0] for line in told[1:3]] == [line.split()[0] for line in heads[1:3]]
    rows = {row["id"]: row for row in net.edgectl.json("show", "rows")["rows"]}
    for line in told[6:-2]:
        assert line.split()[0] in rows or line.startswith("external/14: av in udp 3478: "), line
