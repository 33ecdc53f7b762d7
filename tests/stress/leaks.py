# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel has in use, to be compared when all is over."""

import collections
import os
import pathlib
import re
import select
import subprocess
import time

TRACING = pathlib.Path("/sys/kernel/tracing")
DEBUGGING = pathlib.Path("/sys/kernel/debug")
KMEMLEAK = DEBUGGING / "kmemleak"
# What a run may leave beside slabs that a CPU has just begun.
SLACK_OBJECTS = 32
SLABS_A_CPU = 2
# KiB. The allocator keeps a quarter of the pages of a chunk without a user, and
# a page with one object left. A node takes 9, and 100 namespaces end: one node
# lost in each is 900.
SLACK_PERCPU = 640
PATIENCE = 60               # seconds: namespaces end later, and free later still
CACHES = re.compile(r"kmalloc-|net_namespace|nf_conntrack|skbuff")


def mounted(kind, folder, name):
    """Whether the kernel has this file in one of its own file systems, which
    nobody need have mounted."""
    if not (folder / name).exists():
        subprocess.run(["mount", "-t", kind, "none", folder], check=False,
                       capture_output=True)
    return (folder / name).exists()


def _meminfo(name):
    text = pathlib.Path("/proc/meminfo").read_text(encoding="ascii")
    return int(re.search(rf"^{name}:\s+(\d+) kB$", text, re.M).group(1))


def _caches():
    """(objects in use, objects that may be so without a leak) by cache."""
    lines = pathlib.Path("/proc/slabinfo").read_text(
        encoding="ascii").splitlines()[2:]
    rows = [line.split() for line in lines]
    return {row[0]: (int(row[1]), SLACK_OBJECTS + SLABS_A_CPU *
                     os.cpu_count() * int(row[4]))
            for row in rows if CACHES.match(row[0])}


def _shrink():
    pathlib.Path("/proc/sys/vm/drop_caches").write_text("3", encoding="ascii")
    for cache in pathlib.Path("/sys/kernel/slab").glob("*/shrink"):
        try:
            cache.write_text("1", encoding="ascii")
        except OSError:
            pass                # it goes just now


class Memory:
    """At this moment, when nothing goes on any more."""

    def __init__(self):
        self.percpu = self.caches = None
        for _ in range(20):
            _shrink()
            now = _meminfo("Percpu"), _caches()
            if now == (self.percpu, self.caches):
                return
            self.percpu, self.caches = now
            select.select([], [], [], 0.5)

    def grown(self, before):
        """What has grown by more than it may, as sentences."""
        found = []
        # What is freed stays in KASAN's quarantine, and counts: the kernels
        # that have it have kmemleak as well.
        has_kmemleak = mounted("debugfs", DEBUGGING, "kmemleak")
        for name, (n, slack) in ({} if has_kmemleak else self.caches).items():
            then = before.caches.get(name, (0, 0))[0]
            if n > then + slack:
                found.append(f"{name}: {then} objects, now {n}")
        if self.percpu > before.percpu + SLACK_PERCPU:
            found.append(f"per-CPU memory: {before.percpu} KiB, "
                         f"now {self.percpu}")
        return found


def grown(before):
    """What has grown since the moment `before`, and stays so, as sentences."""
    end = time.monotonic() + PATIENCE
    while (found := Memory().grown(before)) and time.monotonic() < end:
        pass
    return found


class Allocations:
    """The per-CPU memory that the module asks for from the beginning on, and
    what of it is freed, by the kernel's trace: what is small does not show in
    pages, and kmemleak does not report it."""

    ASKED = re.compile(r" percpu_alloc_percpu: call_site=(\S+) \[nf_edge\].*"
                       r" ptr=(\S+)")
    FREED = re.compile(r" percpu_free_percpu: .* ptr=(\S+)")

    def __init__(self):
        self.traced = mounted("tracefs", TRACING, "trace")
        if not self.traced:
            return
        self._set("trace_clock", "counter")
        # Which takes memory: to be done before any is counted.
        self._set("events/percpu/enable", "1")

    def begin(self):
        if self.traced:
            self._set("trace", "")

    @staticmethod
    def _set(name, value):
        (TRACING / name).write_text(value, encoding="ascii")

    def left(self):
        """Who asked for what is still there, after some patience; None in a
        kernel without traces, or whose traces do not say who. Ends the
        trace."""
        if not self.traced:
            return None
        for _ in range(60):
            if not (found := self._left()):
                break
            select.select([], [], [], 0.5)
        self._set("events/percpu/enable", "0")
        return found

    def _left(self):
        text = (TRACING / "trace").read_text(encoding="ascii")
        kept, written = re.search(
            r"entries-in-buffer/entries-written: (\d+)/(\d+)", text).groups()
        assert kept == written, "the trace is cut"
        left, asked = {}, 0
        for line in text.splitlines():
            if match := self.ASKED.search(line):
                left[match[2]] = match[1]
                asked += 1
            elif match := self.FREED.search(line):
                left.pop(match[1], None)
        if not asked and "call_site=__alloc_percpu" in text:
            return None         # who called that is not said
        assert asked, "nothing was traced"
        return [f"{n} of {who}" for who, n in
                collections.Counter(left.values()).items()]


def mapped():
    """Virtual memory that the module has, by who asked for it; the module's
    own text and data are not of it."""
    text = pathlib.Path("/proc/vmallocinfo").read_text(encoding="ascii")
    return [line for line in text.splitlines() if "[nf_edge]" in line]


def unreferenced():
    """What kmemleak has found that names nf_edge, and that does not; None
    without kmemleak."""
    if not mounted("debugfs", DEBUGGING, "kmemleak"):
        return None
    # What is new must be five seconds old, and seen twice.
    KMEMLEAK.write_text("scan", encoding="ascii")
    select.select([], [], [], 6)
    for _ in range(2):
        KMEMLEAK.write_text("scan", encoding="ascii")
    reports = re.split(r"(?=^unreferenced object)",
                       KMEMLEAK.read_text(encoding="ascii"), flags=re.M)
    reports = [report for report in reports if report.strip()]
    return ([r for r in reports if "nf_edge" in r],
            [r for r in reports if "nf_edge" not in r])
