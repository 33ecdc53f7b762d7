# SPDX-License-Identifier: GPL-2.0-only
"""What tests/bench/run has done in a test kernel: a job in, as JSON a result out.

A variant, such as nf_edge or one of rulesets.RULESETS, has a network namespace
of its own, all in one boot.
"""

import ctypes
import dataclasses
import json
import multiprocessing
import multiprocessing.pool
import os
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time

import scene                    # first: it says where the tests are
import messages
import rulesets
import sites
import wire

BENCH = "/sys/kernel/debug/nf_edge_bench/"
RESULT = "=QQ4I"        # struct result of the module
HEAD = struct.calcsize(RESULT)
COARSEST = 0.01         # of a batch, the step of the clock at most
CLONE_NEWNET = 0x40000000
BARE = ("no hook", "conntrack", "empty")
LENIENT = BARE + ("flowtable",)     # what is forwarded is forwarded whatever it is
SLICES = 64


def do(*words, stdin=None):
    done = subprocess.run(words, input=stdin, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stdout.strip()[:2000]}")
    return done.stdout


def write(path, value):
    with open(path, "w", encoding="ascii") as file:
        file.write(f"{value}\n")


def sysctl(name, value):
    write(f"/proc/sys/net/netfilter/{name}", value)


class Namespace:
    """A network namespace, and a process in it that does what it is asked."""

    def __init__(self, site, variant):
        self.site = site
        self.pipe, far = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=self._serve, args=(far,),
                                               daemon=True)
        self.process.start()
        far.close()
        self.ask("set_up", variant)

    def ask(self, method, *words):
        self.pipe.send((method, words))
        is_good, answer = self.pipe.recv()
        if not is_good:
            raise RuntimeError(answer)
        return answer

    def close(self):
        # Its sisters hold the other end of its pipe: it has to be told.
        self.pipe.send(None)
        self.process.join()

    def _serve(self, pipe):
        self.pipe.close()
        if ctypes.CDLL(None).unshare(CLONE_NEWNET):
            raise OSError("no network namespace")
        while request := pipe.recv():
            method, words = request
            try:
                pipe.send((True, getattr(self, method)(*words)))
            except Exception as error:      # pylint: disable=broad-except
                pipe.send((False, f"{type(error).__name__}: {error}"))

    def set_up(self, variant):
        # They stay down, and send nothing of their own.
        do("ip", "-batch", "-", stdin="".join(
            f"link add {name} type dummy\n" for name in self.site.interfaces))
        self.install(variant)

    def install(self, variant):
        if variant in ("conntrack", "empty"):
            self.run(rulesets.CONNTRACK)
        if variant == "empty":
            self.kept_open = os.open(BENCH + "empty", os.O_RDONLY)
        elif variant == "nf_edge":
            do("modprobe", "nf_edge")
            self.load()
        elif variant == "flowtable":
            self.run(rulesets.FLOWTABLE)
        elif variant not in BARE:
            self.run(rulesets.RULESETS[variant](self.site))
        if variant != "no hook":        # or connections of UDP end while others open
            for state in ("timeout", "timeout_stream"):
                sysctl(f"nf_conntrack_udp_{state}", 36000)

    def translate(self, port, to):
        """Have NAT send what is for one TCP port to another of the same address."""
        nodes = self.site.nodes.values()
        self.run([(["nft", "-f", "-"], "".join(
            f"table {family} nat {{ chain in {{ type nat hook prerouting priority dstnat;\n" +
            "".join(f"{family} daddr {address} tcp dport {port} dnat to "
                    f"{f'[{address}]' if family == 'ip6' else address}:{to}\n"
                    for node in nodes for address in node["access"]
                    if address.version == version) + "}\n}\n"
            for family, version in (("ip", 4), ("ip6", 6))))])

    def listen(self, rate):
        """Have a socket ask for all events, so many a second; nobody reads them."""
        self.listener = wire.Client()
        self.listener.do("listen", rate=rate)

    @staticmethod
    def run(commands):
        for words, stdin in commands:
            do(*words, stdin=stdin)

    def load(self):
        """How many seconds it took."""
        with tempfile.NamedTemporaryFile("w", dir="/run", suffix=".conf") as file:
            file.write(sites.configuration(self.site))
            file.flush()
            return self.seconds("edgectl", "load", file.name)

    @staticmethod
    def seconds(*words):
        begin = time.monotonic()
        do(*words)
        return time.monotonic() - begin

    def reload(self, times):
        """How many seconds the kernel took for each: no two loads in turn are of one
        policy, and neither has large sets."""
        with TimedClient() as client:
            return [client.seconds_of(client.do, "load", messages.load_of(
                dataclasses.replace(self.site, ping=[("internal",), ()][turn % 2])))
                    for turn in range(times)]

    def change(self, times):
        """How many seconds the kernel took for each kind of change, so many times; a
        dict. No two loads in turn are of one policy."""
        other, this = (messages.load_of(dataclasses.replace(self.site, ping=ping))
                       for ping in ((), ("internal",)))
        off, on = ([("row-" + way, "external/5")] for way in ("off", "on"))
        wait = [("confirm-timeout", 600)]
        with TimedClient() as client:
            def took(name, *words):
                found.setdefault(name, []).append(client.seconds_of(client.do, *words))

            found = {}
            for _ in range(times):
                took("a load", "load", other)
                took("a load that waits", "load", this + wait)
                took("its confirmation", "confirm")
                client.do("load", other + wait)
                took("a rollback", "rollback")
                took("a switch", "switch", off)
                client.do("switch", on)
                took("a load that is tried", "load", other + [("dry-run", True)])
        return found

    @staticmethod
    def read_counters(times):
        """How many seconds the kernel took to tell all of them."""
        with TimedClient() as client:
            return [client.seconds_of(client.dump, "counters-dump") for _ in range(times)]

    def together(self, processors, count, streams):
        """Nanoseconds a packet, measured on so many processors at once, each with a
        stream of its own."""
        barrier = multiprocessing.Barrier(processors)
        with multiprocessing.pool.ThreadPool(processors) as pool:
            taken = pool.starmap(self.on_processor, [
                (at, barrier, count, stream)
                for at, stream in zip(range(processors), streams)])
        return statistics.mean(taken)

    def on_processor(self, at, barrier, count, stream):
        os.sched_setaffinity(0, {at})   # of this thread
        barrier.wait()
        taken = self.measure(count, [stream])
        return taken["mean"] * 1e9 / taken["hertz"]

    def measure(self, count, streams, batch=1):
        """Streams are dicts: packet, and what else a stream has. What it says:
        how many of the packets were accepted, and the time that they took."""
        request = struct.pack("=3I", count, batch, len(streams)) + b"".join(
            pack(**stream) for stream in streams)
        with open(BENCH + "packets", "r+b", buffering=0) as file:
            try:
                file.write(request)
            except PermissionError:         # a connection that cannot be opened
                return {"accepted": 0, "ticks": None, "mean": None, "hertz": None, "step": 0}
            file.seek(0)
            size = HEAD + 4 * (count // batch)
            data = b""
            while len(data) < size:
                data += file.read(size - len(data))
        ticks, nanoseconds, _, accepted, step, _ = struct.unpack_from(RESULT, data)
        samples = sorted(memoryview(data)[HEAD:].cast("I"))
        usual_one = statistics.median(samples)
        # What was interrupted is left out of the mean.
        usual = samples[:max(1, len(samples) * 98 // 100)]
        return {"accepted": accepted, "ticks": usual_one / batch,
                "mean": sum(usual) / len(usual) / batch, "hertz": ticks / nanoseconds * 1e9,
                "step": step / usual_one}


class TimedSocket:
    """A socket that adds up the time that the kernel takes for its requests, which
    netlink answers while they are sent: short of what a system call that does nothing
    takes, which is much in User Mode Linux."""

    def __init__(self, sock):
        self._sock = sock
        self._room = bytearray(1 << 16)
        self.seconds = 0
        self._idle = statistics.median(self._taken(os.getppid)[0] for _ in range(1001))

    def __getattr__(self, name):
        return getattr(self._sock, name)

    @staticmethod
    def _taken(call, *words):
        begin = time.perf_counter()
        result = call(*words)
        return time.perf_counter() - begin, result

    def _timed(self, call, *words):
        seconds, result = self._taken(call, *words)
        self.seconds += seconds - self._idle
        return result

    def send(self, data):
        return self._timed(self._sock.send, data)

    def recv(self, _):
        return bytes(self._room[:self._timed(self._sock.recv_into, self._room)])


class TimedClient(wire.Client):
    def __init__(self):
        super().__init__()
        self.socket = TimedSocket(self.socket)

    def seconds_of(self, call, *words):
        before = self.socket.seconds
        call(*words)
        return self.socket.seconds - before


def pack(packet, flows=1, weight=100, mask=0, slice_=None, reply_port=0, refused=False):
    """struct stream of the module; the mask is of the source address."""
    raw = packet.raw()
    begin = end = 0
    if packet.established and slice_ is not None:
        begin, end = (flows * at // SLICES for at in (slice_, slice_ + 1))
    return struct.pack(
        "=14I", 2 if packet.family == 4 else 10, index(packet.arrival),
        index(packet.reply_arrival), packet.established, packet.is_reply, reply_port, flows,
        begin, end, weight, 12 if packet.family == 4 else 10, mask, refused,
        len(raw)) + raw.ljust(256, b"\0")


def index(name):
    """Of an interface; a site that has not all has one that stands for all."""
    try:
        return socket.if_nametoindex(name)
    except OSError:
        return socket.if_nametoindex("ext0")


def say(text):
    print(text, file=sys.stderr, flush=True)


def agree(variant, case, accepted, count):
    """Ends the run where a variant decides otherwise than the policy."""
    if variant in BARE or not case.packet:
        return
    expected = count if case.is_permitted else 0
    if accepted != expected:
        sys.exit(f"bench: {variant} does not decide as the policy does: {case.key}: "
                 f"accepted {accepted} of {count} packets, not {expected}")


def room_for(connections):
    """Of one namespace each, and a bucket a connection."""
    do("modprobe", "nf_conntrack")
    sysctl("nf_conntrack_max", 2 * connections)
    write("/sys/module/nf_conntrack/parameters/hashsize", connections)


def open_all(namespaces, cases):
    """Opens connections, a slice of each variant's in turn: where memory is good or
    bad, it is so for all of them."""
    for case in cases:
        many = any(stream.get("flows", 1) > 1 for stream in case.streams)
        for slice_ in range(SLICES if many else 1) if case.is_established else ():
            for namespace in namespaces.values():
                namespace.ask("measure", 1, [
                    stream | {"slice_": slice_ if many else SLICES - 1}
                    for stream in case.streams])


def table(job):
    """Every case in every variant, round by round: ticks, or nanoseconds."""
    site = scene.site(**job.get("site", {}))
    cases = scene.cases(job["cases"], **job.get("of", {}))
    count = job["count"]
    if "connections" in job:
        room_for(job["connections"])
    found = {variant: {case.key: [] for case in cases} for variant in job["variants"]}
    namespaces = {variant: Namespace(site, variant) for variant in job["variants"]}
    if "nat" in job:
        for namespace in namespaces.values():
            namespace.ask("translate", *job["nat"])
        for case in cases:
            case.streams[0]["reply_port"] = job["nat"][1]
    if "listen" in job:
        namespaces["nf_edge"].ask("listen", job["listen"])
    if "listen elsewhere" in job:
        elsewhere = Namespace(site, "nf_edge")
        elsewhere.ask("listen", job["listen elsewhere"])
    open_all(namespaces, cases)
    rounds = job.get("rounds", 1)
    say(f"bench: {len(cases)} x {len(namespaces)}, rounds: {rounds} {job.get('site', '')}")
    step, batch = 0, job.get("batch", 1)
    for turn in range(rounds):
        # To and fro, so that none always follows the same.
        for variant, namespace in list(namespaces.items())[::-1 if turn % 2 else 1]:
            for case in cases:
                taken = namespace.ask("measure", count, case.streams, batch)
                agree(variant, case, taken["accepted"], count)
                if variant not in ("no hook", "empty"):     # a batch of nothing
                    step = max(step, taken["step"])
                value = taken["mean" if case.is_mix else "ticks"]
                if job.get("unit") == "ns":
                    value *= 1e9 / taken["hertz"]
                found[variant][case.key].append(value)
    for namespace in namespaces.values():
        namespace.close()
    if "listen elsewhere" in job:
        elsewhere.close()
    if batch > 1 and step > COARSEST:
        sys.exit(f"bench: the step of the clock is {step:.1%} of a batch, over {COARSEST:.0%}: "
                 f"take a larger one than {batch} packets")
    return found


def processors(job):
    """What a packet takes, in nanoseconds, on one processor and on several at once."""
    cases = scene.cases("packets", (4,), names=job["names"])
    namespaces = {variant: Namespace(scene.site(), variant) for variant in job["variants"]}
    found = {variant: {case.key: {size: [] for size in job["sizes"]} for case in cases}
             for variant in namespaces}
    say(f"bench: processors, rounds: {job['rounds']}")
    for turn in range(job["rounds"]):
        for variant, namespace in list(namespaces.items())[::-1 if turn % 2 else 1]:
            for case in cases:
                packet = case.packet
                streams = [{"packet": dataclasses.replace(packet, sport=packet.sport + 1000 + at)}
                           for at in range(max(job["sizes"]))]
                for stream in streams if packet.established else ():
                    namespace.ask("measure", 1, [stream])
                for size in job["sizes"]:
                    found[variant][case.key][size].append(
                        namespace.ask("together", size, job["count"], streams))
    for namespace in namespaces.values():
        namespace.close()
    return found


def several(job):
    """Several jobs in one boot."""
    return [JOBS[each["job"]](each) for each in job["jobs"]]


def kernel_bytes():
    """What the kernel holds: pages in its address space, and small things."""
    time.sleep(1)               # what is to be freed waits for a grace period
    with open("/proc/meminfo", encoding="ascii") as file:
        lines = dict(line.split(":") for line in file)
    return 1024 * sum(int(lines[name].split()[0]) for name in ("VmallocUsed", "Slab"))


def costs(job):
    """What it costs to load so many prefixes, and to ask: seconds, and bytes."""
    found = {}
    for family in (4, 6):
        namespace = Namespace(scene.site(), "nf_edge")
        for prefixes in job["prefixes"]:
            say(f"bench: load of {prefixes:,} prefixes, IPv{family}")
            loaded = Namespace(scene.site(prefixes=prefixes, family=family), "conntrack")
            do("edgectl", "--version")
            before = kernel_bytes()
            seconds = loaded.ask("load")
            found[f"IPv{family} {prefixes}"] = (seconds, kernel_bytes() - before)
            loaded.close()
            kernel_bytes()
        namespace.close()

    def usual(namespace, *words):
        """Of a command, without the start of a process."""
        return statistics.median(namespace.ask(*words) - namespace.ask(
            "seconds", "edgectl", "--version") for _ in range(15))

    few, own, many = (Namespace(scene.site(**what), "nf_edge") for what in (
        {"nodes": 2}, {"nodes": 2, "rows": scene.MOST_OWN_ROWS}, {"nodes": 64}))
    found["reload"] = statistics.median(few.ask("reload", 51))
    found["reload, own rows"] = statistics.median(own.ask("reload", 51))
    found["reload, edgectl"] = usual(few, "load")
    found["counters"] = statistics.median(many.ask("read_counters", 15))
    found["counters, edgectl"] = usual(many, "seconds", "edgectl", "counters")
    for namespace in few, own, many:
        namespace.close()
    return found


def changes(job):
    """What a change costs in the kernel: seconds, by nodes and the kind of change."""
    found = {}
    for nodes in job["nodes"]:
        namespace = Namespace(scene.site(nodes=nodes), "nf_edge")
        found[nodes] = {name: statistics.median(taken) for name, taken in
                        namespace.ask("change", 25).items()}
        namespace.close()
    return found


class Router(Namespace):
    """A namespace that forwards; what is sent to it comes over a veth of its own."""

    def __init__(self, site, variant, sender, wire):
        self.sender, self.wire = sender, wire
        super().__init__(site, variant)
        sender.ask("run", [(["ip", "link", "set", wire, "up"], None)])
        self.address = self.ask("mac")

    def set_up(self, variant):
        write("/proc/sys/net/ipv6/conf/default/disable_ipv6", 1)    # it would speak
        do("ip", "-batch", "-", stdin=f"""
            link add ext0 type veth peer name {self.wire} netns {self.sender.process.pid}
            link add int0 type dummy
            link add edge0 type dummy
            link set ext0 up
            link set edge0 up
            route add 131.107.0.0/16 dev edge0
            route add 64.0.0.0/10 dev ext0""")
        write("/proc/sys/net/ipv4/ip_forward", 1)
        self.install(variant)

    @staticmethod
    def mac():
        """Where the packets are to go."""
        return do("ip", "-oneline", "link", "show", "ext0").split("link/ether ")[1][:17]

    @staticmethod
    def forwarded():
        with open("/proc/net/dev", encoding="ascii") as file:
            return next(int(line.split()[10]) for line in file if "edge0:" in line)


class Sender(Namespace):
    """A namespace that has the kernel's pktgen send."""

    def set_up(self, variant):
        do("modprobe", "pktgen")

    @staticmethod
    def send(wire, mac, packet, flows, count):
        """Returns packets a second."""
        last = packet.source + flows - 1
        write("/proc/net/pktgen/kpktgend_0", "rem_device_all")
        write("/proc/net/pktgen/kpktgend_0", f"add_device {wire}")
        device = f"/proc/net/pktgen/{wire}"
        for word in (f"count {count}", "clone_skb 0", "pkt_size 60", "delay 0",
                     f"dst_mac {mac}", f"dst {packet.destination}",
                     f"src_min {packet.source}", f"src_max {last}",
                     f"udp_src_min {packet.sport}", f"udp_src_max {packet.sport}",
                     f"udp_dst_min {packet.dport}", f"udp_dst_max {packet.dport}"):
            write(device, word)
        # The kernel gives its thread an eighth of a second to begin, and looks no more.
        write("/proc/net/pktgen/pgctrl", "start")
        for _ in range(600):
            with open(device, encoding="ascii") as file:
                text = file.read()
            if "pps" in text:
                return int(text.split("pps")[0].split()[-1])
            time.sleep(0.1)
        raise RuntimeError(f"pktgen does not end: {text}")


def throughput(job):
    """Packets a second that a namespace takes, forwards or refuses, by one processor."""
    count = job["count"]
    site = scene.site()
    sender = Sender(site, "")
    routers = {variant: Router(site, variant, sender, f"wire{at}")
               for at, variant in enumerate(job["variants"])}
    cases = {}
    for name, flows in job["flows"]:
        case = next(case for case in scene.cases("packets", (4,), names=(name,)))
        # The last bits of the address differ, from nothing on; each number of
        # connections has a port of its own.
        packet = dataclasses.replace(case.packet, source=case.packet.source - 1,
                                     sport=case.packet.sport + flows)
        case = dataclasses.replace(case, key=f"{case.key}, of {flows:,}", packet=packet)
        cases[case] = flows
        for slice_ in range(SLICES) if packet.established else ():
            for router in routers.values():
                router.ask("measure", 1, [{"packet": packet, "flows": flows,
                                           "mask": flows - 1,
                                           "slice_": slice_ if flows > 1 else SLICES - 1}])
    found = {variant: {case.key: [] for case in cases} for variant in routers}
    say(f"bench: throughput, rounds: {job['rounds']}")
    for turn in range(job["rounds"]):
        for variant, router in list(routers.items())[::-1 if turn % 2 else 1]:
            for case, flows in cases.items():
                before = router.ask("forwarded")
                found[variant][case.key].append(sender.ask(
                    "send", router.wire, router.address, case.packet, flows, count))
                arrived = router.ask("forwarded") - before
                expected = count if case.is_permitted or variant in LENIENT else 0
                if arrived != expected:
                    sys.exit(f"bench: {variant}, {case.key}: {arrived} of {count} packets "
                             f"were forwarded, not {expected}")
    for namespace in (*routers.values(), sender):
        namespace.close()
    return found


def kernel(_):
    """The kernel's version, without what follows its number."""
    return os.uname().release.split("-")[0].split("+")[0]


JOBS = {"table": table, "kernel": kernel, "several": several, "costs": costs, "changes": changes,
        "processors": processors, "throughput": throughput}


def main():
    job = json.loads(sys.argv[1])
    # Each process goes on as it is; a server of processes has no place in 9p.
    multiprocessing.set_start_method("fork")
    do("modprobe", "nf_edge_bench")
    print(json.dumps(JOBS[job["job"]](job)))


if __name__ == "__main__":
    main()
