#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Everything at once: traffic at full speed, reloads, switches, dumps, resets,
renames, namespaces that come and go; then flush, unload and load of the module
under traffic. Runs in a test kernel; writes TAP, with rates and totals.

usage: scripts/vm --kernel debian --cpus 2 --memory 2G -- \\
           tests/stress/stress.py [SECONDS]

Two sites with a box each. On the `steady` one, the policy is reloaded and
switched in what no flow needs, rows of the site's own come, go and move, and
ports change places: what is permitted must arrive, what is forbidden
must not, and each row counts to the packet what was sent. On the `switched`
one, mode, zones and features of running flows are switched as well: there, what
arrived is what was permitted, or would have been refused.
"""

import faulthandler
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "net")]

import disturb                                              # noqa: E402
import leaks                                                # noqa: E402
import sending                                              # noqa: E402
from disturb import BASE, Worker                            # noqa: E402
from netlib import Net, appliance, row_of, until            # noqa: E402
from netns import PATIENCE                                  # noqa: E402
from flow_table import site_row                             # noqa: E402
from sending import BURST, Flow, either                     # noqa: E402
from wire import (Client, Refusal, load_module,             # noqa: E402
                  module_is_loaded, module_references, unload_module)

BEGAN = time.monotonic()
WARM_UP = 3
CYCLES = 3              # of flush, unload and load, at least
NODES = ("edge1", "edge2")
PREEMPTION = leaks.DEBUGGING / "sched/preempt"
TAINTS_OF_A_MODULE = 1 << 12 | 1 << 13      # out of tree, not signed
REPORTS = re.compile(r"BUG:|WARNING:|Oops|KASAN|KCSAN|UBSAN|general protection|"
                     r"refcount_t:|blocked for|detected stalls|ODEBUG")
# User Mode Linux hangs now and then when modules come and go under traffic.
CAN_UNLOAD = os.environ.get("NF_EDGE_VM", "") != "uml"

RDP = site_row("rdp", "internal", "in", "tcp", 3389)
SNMP = site_row("snmp", "internal", "in", "udp", 161, 162)
TURN = site_row("turn", "av", "in", "udp", disturb.HERE)
# The ports of the first move, and the other takes its place.
RELAY = either("external/14", TURN)

STEADY_SWITCHES = [
    {"row-off": ["external/9", "external/10"]},
    {"zones-off": ["pic", "xmpp"]},
    {"features-off": ["xmpp", "pic", "live-messenger"]},
    {"zones-on": ["pic"], "features-off": ["web-conferencing"]},
    {"zones-on": ["xmpp"], "features-on": ["xmpp", "live-messenger"]},
    {"row-on": ["external/10"], "features-on": ["pic", "web-conferencing"]},
]
SWITCHES = [
    {"row-off": ["external/14"]},
    {"mode": "audit"}, {"features-off": ["av"]}, {"mode": "enforce"},
    {"zones-off": ["internal", "pic"]}, {"features-on": ["av"]},
    {"mode": "audit", "features-off": ["av"], "row-off": ["external/14"]},
    {"row-on": ["external/14"]},
    {"mode": "enforce", "zones-on": ["internal", "pic"]},
    {"features-on": ["av"]},
]


class Tests:
    """TAP."""

    def __init__(self):
        self.count = self.failed = 0

    def check(self, name, wrong=()):
        """Passes when there is nothing wrong, a list of sentences."""
        self.count += 1
        wrong = list(wrong)
        print(f"{'not ' if wrong else ''}ok {self.count} - {name}")
        for sentence in wrong[:50]:
            print("# " + sentence.replace("\n", "\n# "))
        self.failed += bool(wrong)
        sys.stdout.flush()


def say(text):
    print(f"# {time.monotonic() - BEGAN:.0f} s: {text}", flush=True)


# --- the traffic

def steady_flows(program, net):
    """Of rows that no policy of the run touches."""
    def flow(kind, src, dst, port, family, *rows, **more):
        return Flow(program, net, kind, net.at(src, family),
                    net.at(dst, family), port, rows, **more)
    spoofed = net.at("frontend", 4).sent_from(net.at("client", 4))
    return [
        flow("echo", "client", "edge1.av", disturb.HERE, 4, RELAY),
        flow("echo", "client", "edge2.av", disturb.HERE, 6, RELAY),
        flow("echo", "client", "edge1.av", disturb.THERE, 6, RELAY),
        flow("echo", "edge1.access", "partner", 53, 6, "external/4"),
        flow("echo", "user", "edge1.internal", 3478, 4, "internal/6"),
        flow("stream", "client", "edge1.access", 443, 4, "external/5"),
        flow("visits", "frontend", "edge2.internal", 443, 6, "internal/7"),
        flow("echo", "admin", "edge1.internal", 161, 4, SNMP),
        flow("visits", "admin", "edge2.internal", 3389, 6, RDP),
        flow("oneway", "user", "edge1.internal", 162, 6, reason="peer",
             near=[SNMP]),
        flow("oneway", "client", "edge1.av", 3479, 4, reason="no-row"),
        flow("oneway", "client", "edge2.av", 55000, 6, reason="disabled",
             near=["external/12"]),
        flow("oneway", "edge1.access", "client", 53, 6, reason="peer",
             near=["external/4"]),
        Flow(program, net, "oneway", spoofed, net.at("edge2.av", 4), 3478,
             reason="spoofed"),
    ]


def switched_flows(program, net):
    def flow(kind, src, dst, port, family, *rows, **more):
        return Flow(program, net, kind, net.at(src, family),
                    net.at(dst, family), port, rows, **more)
    return [
        flow("echo", "edge2.access", "partner", 53, 4, "external/4"),
        flow("stream", "client", "edge1.access", 443, 6, "external/5"),
        # Now permitted, now refused, or only counted as such. pic/6, which
        # names the same flow, is live at times, but for other peers.
        flow("oneway", "client", "edge1.av", disturb.HERE, 4, "external/14",
             TURN, reason=("disabled", "peer")),
        flow("oneway", "client", "edge2.av", 9, 6, reason=("no-row",)),
    ]


def media_flows(program, net):
    """At the ends of a range of ports, and beside them."""
    def flow(kind, port, family, *rows, **more):
        return Flow(program, net, kind, net.at("client", family),
                    net.at("edge1.av", family), port, rows, **more)
    return [
        flow("echo", 50000, 6, "external/12"),
        flow("echo", 59999, 4, "external/12"),
        flow("oneway", 49999, 4, reason="no-row"),
        flow("oneway", 60000, 6, reason="no-row"),
    ]


# --- what must be true of it

def lost_by_the_kernel(sites):
    """Packets that something else than nf_edge has lost, as it counts them."""
    total = sending.softnet()[0]
    for site in sites:
        for space in site.spaces.values():
            with space.entered():
                lines = [line.split() for line in pathlib.Path(
                    "/proc/thread-self/net/snmp").read_text(
                        encoding="ascii").splitlines()]
                six = pathlib.Path("/proc/thread-self/net/snmp6").read_text(
                    encoding="ascii")
            for names, values in zip(lines[::2], lines[1::2]):
                if names[0] == "Udp:":
                    total += int(dict(zip(names, values))["InErrors"])
            total += int(re.search(r"^Udp6InErrors\s+(\d+)", six, re.M)[1])
        found = site.box.conntrack_counts()
        total += sum(found.get(n, 0) for n in (
            "insert_failed", "drop", "early_drop"))
    return total


def damage(flows):
    return [f"{flow}: {getattr(flow, what)} {sentence}" for flow in flows
            for what, sentence in (("changed", "are not what was sent"),
                                   ("twice", "came twice"))
            if getattr(flow, what)]


def losses(flows, explained):
    """Permitted packets that did not arrive, and that nobody else lost."""
    lost = [flow for flow in flows if not flow.reason and
            (flow.lost or flow.stalled)]
    if sum(flow.lost for flow in lost if flow.is_udp) <= explained and \
            all(flow.is_udp for flow in lost):
        return []
    return [f"{flow}: {flow.lost} of {flow.sent + flow.answered} lost, "
            f"{flow.stalled} times nothing came; the kernel counts "
            f"{explained} losses of its own" for flow in lost]


def expected_rows(flows):
    """(node, row): counts, of the flows that are always permitted; either row
    where two take turns."""
    total = {}
    for flow in flows:
        if not flow.reason:
            for key, counts in flow.permits().items():
                disturb.add_up(total.setdefault(key, {}), counts)
    return total


def expected_refusals(flows):
    """The same of reasons and near rows, of the flows that never are."""
    total = {}
    for flow in flows:
        if flow.reason:
            disturb.add_up(total.setdefault(("drop", flow.reason), {}), {
                "packets": flow.sent, "bytes": flow.octets(flow.sent),
                "would_be_packets": 0})
            for row in flow.near:
                disturb.add_up(total.setdefault(
                    (flow.node(row), row_of(row).id), {}),
                    {"denied": flow.sent})
    return total


def intruders(flows):
    """What was forbidden, and arrived."""
    return [f"{flow}: {flow.received} of {flow.sent} arrived"
            for flow in flows if flow.reason and flow.received]


def counted(sums, key, name):
    """What a row has counted, or those that take turns together."""
    return sum(sums.get((key[0], row), {}).get(name, 0)
               for row in key[1].split("|"))


def wrong_counts(sums, wanted):
    return [f"{key}: {name} is {counted(sums, key, name)}, not {n}"
            for key, counts in wanted.items() for name, n in counts.items()
            if counted(sums, key, name) != n]


def idle_turns(sums):
    """The rows that take turns, if one of them never had its turn."""
    return [f"{key}: nothing" for key in (
        (node, row) for node in NODES for row in RELAY.id.split("|"))
        if not sums.get(key, {}).get("packets_to_edge")]


def judge_steady(tests, flows, sums, explained):
    tests.check("every permitted packet arrives", losses(flows, explained))
    tests.check("no forbidden packet arrives", intruders(flows))
    tests.check("the rows counted every packet, and each one once",
                wrong_counts(sums, expected_rows(flows)))
    tests.check("ports moved, and a row of the site's own took their place",
                idle_turns(sums))
    wanted = expected_refusals(flows)
    tests.check("the reasons and near rows counted every refused packet",
                wrong_counts(sums, wanted))
    tests.check("no other reason counted anything", [
        f"{key}: {counts}" for key, counts in sums.items()
        if key[0] == "drop" and key not in wanted and any(counts.values())])


def judge_switched(tests, flows, sums, explained):
    tests.check("rows that no switch touches lose nothing by switches",
                losses(flows, explained) + wrong_counts(sums, expected_rows(
                    flows)))
    wrong = []
    for flow in flows:
        if not flow.reason:
            continue
        drop = {}
        for reason in flow.reason:
            disturb.add_up(drop, sums["drop", reason])
        passed = drop["would_be_packets"] + sum(
            counted(sums, (flow.node(row), row_of(row).id), "packets_to_edge")
            for row in flow.rows)
        judged = passed + drop["packets"]
        if flow.received != passed:
            wrong.append(f"{flow}: {flow.received} arrived, {passed} may")
        if flow.sent != judged:
            wrong.append(f"{flow}: {flow.sent} sent, {judged} judged")
    if explained and all("arrived" in sentence for sentence in wrong):
        wrong = []
    tests.check("what switches stop and let go is judged packet by packet",
                wrong)


def judge_devices(tests, site, sums, devices):
    """Whatever came in was judged, once."""
    came = sum(sending.device_counts(site).values()) - sum(devices.values())
    judged = 0
    for key, counts in sums.items():
        if key[0] == "drop":
            judged += counts["packets"] + counts["would_be_packets"]
        elif key[1] in ("access", "webconf", "av", "internal"):
            judged += counts["packets_to_edge"] + counts["packets_from_edge"]
    tests.check(f"all packets at the devices of the box are counted: {came}",
                [] if came == judged else [f"{judged} are"])


# --- the phases

class Run:
    """The sites, and what goes on in them."""

    def __init__(self, tests, program):
        self.tests, self.program = tests, program
        self.sites = [Net(appliance()) for _ in range(2)]
        self.steady, self.switched = self.sites
        self.boxes = [site.box for site in self.sites]
        self.messages = disturb.Messages()

    def disturbers(self):
        return [
            *(Worker(disturb.reloads, box, self.messages)
              for box in self.boxes),
            Worker(disturb.switches, self.steady.box, STEADY_SWITCHES),
            Worker(disturb.switches, self.switched.box, SWITCHES),
            Worker(disturb.dumps, self.boxes,
                   [site.edgectl for site in self.sites]),
            Worker(disturb.resets, self.boxes, NODES, 1),
            Worker(disturb.resets, self.boxes, NODES, 2),
            Worker(disturb.renames, self.boxes),
            Worker(disturb.namespaces, self.messages),
        ]

    def all_at_once(self, seconds, judged=True):
        for site in self.sites:
            site.load(BASE)
        for box in self.boxes:
            read_all(box, {})
        devices = [sending.device_counts(site) for site in self.sites]
        steady = steady_flows(self.program, self.steady)
        switched = switched_flows(self.program, self.switched)
        explained = lost_by_the_kernel(self.sites)
        workers = self.disturbers()
        began = time.monotonic()
        for thing in steady + switched + workers:
            thing.start()
        time.sleep(seconds)
        # However slow the machine: everything goes on.
        until(lambda: all(flow.sent >= 100 for flow in steady + switched),
              "each flow goes on", PATIENCE)
        took = time.monotonic() - began
        totals, sums = {}, [{} for _ in self.sites]
        answers = [worker.stop() for worker in workers]
        sending.stop(steady + switched)
        for answer in answers:
            for own, read in zip(sums, answer.pop("sums", ())):
                add_sums(own, read)
            disturb.add_up(totals, answer)
        for box, own in zip(self.boxes, sums):
            read_all(box, own)
        if judged:
            self.report(steady + switched, totals, took)
            explained = lost_by_the_kernel(self.sites) - explained
            say(f"lost by the kernel, as it counts: {explained}")
            self.tests.check("nothing came twice or changed",
                             damage(steady + switched))
            judge_steady(self.tests, steady, sums[0], explained)
            judge_switched(self.tests, switched, sums[1], explained)
            for site, own, before in zip(self.sites, sums, devices):
                judge_devices(self.tests, site, own, before)
            self.tests.check("everything went on", [
                f"{name}: none" for name, n in totals.items() if not n] + [
                f"{flow}: too little" for flow in steady + switched
                if flow.sent < 100])
        for flow in steady + switched:
            flow.close()
        for site in self.sites:
            site.tidy()

    def report(self, flows, totals, took):
        permitted = sum(f.packets for f in flows if f.is_udp and not f.reason)
        refused = sum(f.packets for f in flows if f.reason)
        octets = sum(f.sent + f.answered for f in flows if not f.is_udp)
        say(f"{took:.0f} s, {os.cpu_count()} CPUs; a second: "
            f"{permitted / took:.0f} datagrams permitted, "
            f"{refused / took:.0f} refused or switched, "
            f"{octets / took / 1e6:.2f} MB of TCP, "
            f"{sum(f.connections for f in flows) / took:.0f} connections")
        say(f"totals: {permitted} datagrams permitted, {refused} refused or "
            f"switched, {octets} octets of TCP, "
            f"{sum(f.connections for f in flows)} connections")
        for name, n in totals.items():
            say(f"{name}: {n} ({n / took:.1f} a second)")

    def resets_race(self, seconds):
        """Two reset the same counters as fast as it goes, and nothing else
        goes on: what they read and what is left is what was sent. A kernel
        that can be told so takes the processor away in the midst of it: on a
        busy machine two are seldom at work at the same time."""
        site, tests = self.steady, self.tests
        site.load(disturb.MEDIA)
        read_all(site.box, {})
        flows = media_flows(self.program, site)
        explained = lost_by_the_kernel(self.sites)
        workers = [Worker(disturb.racing_resets, site.box, "edge1")
                   for _ in range(2)]
        preemption = preempt("full")
        began = time.monotonic()
        for thing in flows + workers:
            thing.start()
        time.sleep(seconds)
        sums, count = {}, 0
        for answer in [worker.stop() for worker in workers]:
            count += answer["racing resets"]
            add_sums(sums, *answer["sums"])
        took = time.monotonic() - began
        sending.stop(flows)
        preempt(preemption)
        read_all(site.box, sums)
        explained = lost_by_the_kernel(self.sites) - explained
        say(f"two that race made {count} resets ({count / took:.0f} a second) "
            f"under {sum(flow.packets for flow in flows)} datagrams")
        tests.check("of the ports at and beside a range, the right ones pass",
                    damage(flows) + losses(flows, explained) +
                    intruders(flows))
        tests.check("resets that race lose nothing, and tell nothing twice",
                    wrong_counts(sums, expected_rows(flows) |
                                 expected_refusals(flows)))
        for flow in flows:
            flow.close()
        site.tidy()

    def module_comes_and_goes(self, seconds):
        """Flush, unload, load, again and again; what is permitted does not
        notice, and what is not passes only while there is no policy."""
        site, tests = self.steady, self.tests
        message = self.messages.loads[0]
        with Client(self.switched.box) as client:
            client.do("flush")
        site.load(BASE)
        flows = [flow for flow in steady_flows(self.program, site)
                 if flow.kind in ("echo", "stream") or flow.reason == "no-row"]
        forbidden, = (flow for flow in flows if flow.reason)
        explained = lost_by_the_kernel(self.sites)
        asking = Worker(asks, self.switched.box)
        for thing in flows + [asking]:
            thing.start()
        # A first request that goes while nothing governs would have its answer
        # refused, as a first packet of the other end.
        until(lambda: all(flow.sent if flow.reason else flow.arrived
                          for flow in flows), "each flow has begun", PATIENCE)
        windows, references = [], set()
        end = time.monotonic() + seconds
        with Client(site.box) as client:
            client.do("flush")
            while time.monotonic() < end or len(windows) < CYCLES:
                before = forbidden.sent
                dropped = drops(client)
                disturb.ask(client, "load", message)
                first = forbidden.sent + BURST
                until(lambda: forbidden.sent > first + 10 * BURST,
                      "the traffic goes on", PATIENCE)
                last = forbidden.sent
                # So many were judged that these were, wrongly or not.
                until(lambda: drops(client) - dropped + forbidden.has_arrived(
                    before, last) > last - before,
                      "what was sent is judged", PATIENCE)
                client.do("flush")
                windows.append((first, last))
                if CAN_UNLOAD:
                    # A dump of the other process may hold it.
                    until(unloads, "the module can be unloaded", PATIENCE)
                    load_module()
                references.add(module_references())
            disturb.ask(client, "load", message)
        cycles = asking.stop()
        sending.stop(flows)
        explained = lost_by_the_kernel(self.sites) - explained
        say(f"the policy was flushed, and the module "
            f"{'unloaded and loaded' if CAN_UNLOAD else 'not unloaded'}, "
            f"{len(windows)} times, under "
            f"{sum(f.packets for f in flows if f.is_udp)} datagrams and "
            f"{cycles['requests']} requests, {cycles['refused']} of them in "
            "vain")
        tests.check("what is permitted does not notice that the module goes "
                    "and comes", damage(flows) + losses(flows, explained))
        tests.check("nothing forbidden passes between load and flush", [
            f"{forbidden}: {n} of {last - first}" for first, last in windows
            if (n := forbidden.has_arrived(first, last))])
        tests.check("the module is loaded, flushed and unloaded many times",
                    [] if len(windows) >= CYCLES else [str(windows)])
        for flow in flows:
            flow.close()
        site.tidy()

    def again_and_again(self):
        worker = Worker(disturb.again_and_again, self.steady.box,
                        self.messages)
        worker.start()
        worker.process.join(2 * PATIENCE)
        return worker.stop()

    def is_over(self):
        """No policy, no namespace but ours, no connection."""
        for site in self.sites:
            with Client(site.box) as client:
                client.do("flush")
            site.box.run("conntrack", "-F")
        try:
            until(lambda: not module_references(), "", 300)
        except AssertionError:
            pass                    # which a check says
        return leaks.Memory()


def preempt(mode):
    """Sets when the kernel may change from process to process; returns what
    was set before, None where it cannot be."""
    if not leaks.mounted("debugfs", leaks.DEBUGGING, "sched/preempt"):
        return None
    before = re.search(r"\((\w+)\)", PREEMPTION.read_text())[1]
    PREEMPTION.write_text(mode)
    return before


def add_sums(sums, more):
    for key, counts in more.items():
        disturb.add_up(sums.setdefault(key, {}), counts)


def read_all(box, sums):
    """Reads and resets everything."""
    with Client(box) as client:
        for node in NODES:
            disturb.read_and_reset(client, node, None, sums)
        disturb.reset_drops(client, sums)


def drops(client):
    return sum(drop["packets"] for drop in client.do("drops-get")["drop"])


def unloads():
    try:
        unload_module()
    except subprocess.CalledProcessError:
        pass
    return not module_is_loaded()


def asks(over, box):
    """Requests while the module comes and goes: answered or refused."""
    totals = {"requests": 0, "refused": 0}
    while not over.is_set():
        totals["requests"] += 1
        try:
            with Client(box) as client:
                client.do("status-get")
                client.dump("row-get")
        except Refusal:
            totals["refused"] += 1
    return totals


def reports():
    done = subprocess.run(["dmesg"], capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if REPORTS.search(line)]


def main(words):
    seconds = float(words[0]) if words else 60
    # A run that hangs says where, and ends.
    faulthandler.dump_traceback_later(10 * seconds + 3000, exit=True)
    tests = Tests()
    load_module()
    pathlib.Path("/proc/sys/net/core/netdev_max_backlog").write_text("1000000")
    pathlib.Path("/proc/sys/net/netfilter/nf_conntrack_max").write_text(
        "262144")
    with tempfile.TemporaryDirectory() as folder:
        run = Run(tests, sending.build(pathlib.Path(folder)))
        say("the sites are there")
        allocations = leaks.Allocations()
        # Caches that fill once have filled then.
        run.all_at_once(WARM_UP, judged=False)
        run.again_and_again()
        before = run.is_over()
        say("warm")
        run.all_at_once(seconds * 3 / 4)
        run.resets_race(seconds / 8)
        run.module_comes_and_goes(seconds / 8)
        # So much of everything that a leak of each shows.
        allocations.begin()
        counts = run.again_and_again()
        after = run.is_over()
        say(f"alone: {counts}; per-CPU memory: {before.percpu} KiB before, "
            f"{after.percpu} after")
        tests.check("no memory has leaked", leaks.grown(before))
        if (left := allocations.left()) is not None:
            tests.check("the module has freed what it asked for per CPU", left)
        tests.check("the module keeps no virtual memory", leaks.mapped())
        tests.check("nobody holds the module", [
            f"{n} references" for n in [module_references()] if n])
        if (found := leaks.unreferenced()) is not None:
            for report in found[1]:
                say("not ours: " + report)
            tests.check("kmemleak finds nothing", found[0])
        for site in run.sites:
            site.close()
    tests.check("the kernel reports nothing", reports())
    taints = int(pathlib.Path("/proc/sys/kernel/tainted").read_text())
    tests.check("the kernel is not tainted", [
        f"{taints:#x}"] if taints & ~TAINTS_OF_A_MODULE else [])
    print(f"1..{tests.count}")
    return bool(tests.failed)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Exception:
        print("not ok - the run ends\n# " +
              traceback.format_exc().replace("\n", "\n# "))
        sys.exit(1)
