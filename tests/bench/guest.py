# SPDX-License-Identifier: GPL-2.0-only
"""What tests/bench/run has done in a test kernel: a job in, as JSON a result out.

A variant, such as nf_edge or one of rulesets.RULESETS, has a network namespace
of its own, all in one boot.
"""

import ctypes
import json
import multiprocessing
import os
import socket
import statistics
import struct
import subprocess
import sys
import tempfile

import scene                    # first: it says where the tests are
import rulesets
import sites

BENCH = "/sys/kernel/debug/nf_edge_bench/"
CLONE_NEWNET = 0x40000000
BARE = ("no hook", "conntrack", "empty", "no policy")


def do(*words, stdin=None):
    done = subprocess.run(words, input=stdin, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stdout.strip()[:2000]}")
    return done.stdout


def sysctl(name, value):
    with open(f"/proc/sys/net/netfilter/{name}", "w", encoding="ascii") as file:
        file.write(str(value))


class Namespace:
    """A network namespace, and a process in it that does what it is asked."""

    def __init__(self, site, variant):
        self.pipe, far = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=self._serve, args=(far,),
                                               daemon=True)
        self.process.start()
        far.close()
        self.ask("set_up", site, variant)

    def ask(self, method, *words):
        self.pipe.send((method, words))
        is_good, answer = self.pipe.recv()
        if not is_good:
            raise RuntimeError(answer)
        return answer

    def close(self):
        self.pipe.close()
        self.process.join()

    def _serve(self, pipe):
        self.pipe.close()
        if ctypes.CDLL(None).unshare(CLONE_NEWNET):
            raise OSError("no network namespace")
        while True:
            try:
                method, words = pipe.recv()
            except EOFError:
                return
            try:
                pipe.send((True, getattr(self, method)(*words)))
            except Exception as error:      # pylint: disable=broad-except
                pipe.send((False, f"{type(error).__name__}: {error}"))

    def set_up(self, site, variant):
        # They stay down, and send nothing of their own.
        do("ip", "-batch", "-", stdin="".join(
            f"link add {name} type dummy\n" for name in site.interfaces))
        if variant in ("conntrack", "empty"):
            self.run(rulesets.CONNTRACK)
        if variant == "empty":
            self.kept_open = os.open(BENCH + "empty", os.O_RDONLY)
        elif variant == "nf_edge":
            do("modprobe", "nf_edge")
            self.load(sites.configuration(site))
        elif variant not in BARE:
            self.run(rulesets.RULESETS[variant](site))
        if variant not in ("no hook", "no policy"):     # or connections of UDP end while others open
            for state in ("timeout", "timeout_stream"):
                sysctl(f"nf_conntrack_udp_{state}", 36000)

    @staticmethod
    def run(commands):
        for words, stdin in commands:
            do(*words, stdin=stdin)

    @staticmethod
    def load(text):
        with tempfile.NamedTemporaryFile("w", dir="/run", suffix=".conf") as file:
            file.write(text)
            file.flush()
            do("edgectl", "load", file.name)

    def measure(self, count, streams):
        """Streams are dicts: packet, and what else a stream has. What it says:
        how many of the packets were accepted, and the time that they took."""
        request = struct.pack("=2I", count, len(streams)) + b"".join(
            pack(**stream) for stream in streams)
        with open(BENCH + "packets", "r+b", buffering=0) as file:
            try:
                file.write(request)
            except PermissionError:         # a connection that cannot be opened
                return {"accepted": 0, "ticks": None, "mean": None, "hertz": None}
            file.seek(0)
            size = 24 + 4 * count
            data = b""
            while len(data) < size:
                data += file.read(size - len(data))
        ticks, nanoseconds, _, accepted = struct.unpack_from("=QQII", data)
        samples = sorted(memoryview(data)[24:].cast("I"))
        # What was interrupted is left out of the mean.
        usual = samples[:max(1, len(samples) * 98 // 100)]
        return {"accepted": accepted, "ticks": statistics.median(samples),
                "mean": sum(usual) / len(usual), "hertz": ticks / nanoseconds * 1e9}


def pack(packet, flows=1, weight=100, mask=0, opened=False):
    """struct stream of the module; the mask is of the source address."""
    raw = packet.raw()
    return struct.pack(
        "=10I", 2 if packet.family == 4 else 10, index(packet.arrival),
        index(packet.reply_arrival), (2 if opened else 1) * packet.established,
        packet.is_reply, flows, weight, 12 if packet.family == 4 else 10, mask,
        len(raw)) + raw.ljust(256, b"\0")


def index(name):
    """Of an interface; a site that has not all has one that stands for all."""
    try:
        return socket.if_nametoindex(name)
    except OSError:
        return socket.if_nametoindex("ext0")


def say(text):
    print(text, file=sys.stderr, flush=True)


def agree(variant, site, packet, accepted, count):
    """Ends the run where a variant decides otherwise than the policy."""
    if variant in BARE:
        return
    expected = count if packet.is_permitted(site) else 0
    if accepted != expected:
        sys.exit(f"bench: {variant} does not decide as the policy does: IPv{packet.family}, "
                 f"{packet.name}: accepted {accepted} of {count} packets, not {expected}")


def table(job):
    """Ticks of every packet in every variant."""
    site = scene.site(**job.get("site", {}))
    count = job["count"]
    result, namespaces = {}, []
    for variant in job["variants"]:
        say(f"bench: {variant}")
        namespace = Namespace(site, variant)
        namespaces.append(namespace)    # which lives on, for "no policy"
        cells = result[variant] = {}
        for packet in scene.all_packets():
            found = namespace.ask("measure", count, [{"packet": packet}])
            agree(variant, site, packet, found["accepted"], count)
            cells[packet.key] = found["ticks"]
    return result


JOBS = {"table": table}


def main():
    job = json.loads(sys.argv[1])
    do("modprobe", "nf_edge_bench")
    print(json.dumps(JOBS[job["job"]](job)))


if __name__ == "__main__":
    main()
