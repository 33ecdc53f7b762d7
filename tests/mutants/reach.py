# SPDX-License-Identifier: GPL-2.0-only
"""Which tests run a line, and how long they take.

Collected once, for each program of tests/unit and each test function of
tests/net, and kept in the cache with the sources of that time. Where those have
changed since, a line is followed by comparing the two texts.
"""

import collections
import dataclasses
import difflib
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from source import words_of

FAULTS = "tests/net/test_faults.py"
NO_TESTS = 5            # of pytest, when a file has none to run
GCOV = ("gcov", "--json-format", "--stdout")


class CollectionError(Exception):
    """Tests that cannot be run; its words say why."""


@dataclasses.dataclass
class Case:
    """What can be run alone: a program, or a test function in a kernel."""
    stage: str
    name: str
    seconds: float
    ran: dict

    @property
    def file(self):
        """The file of a test function."""
        return self.name.split("::")[0]


def lines_ran(folder, tree, notes=()):
    """What gcov says of a folder: (lines that ran, all lines), by file. Notes
    are what the compiler left of the sources, by their place in the folder."""
    ran, known = collections.defaultdict(set), collections.defaultdict(set)
    names = sorted(path.relative_to(folder) for path in folder.rglob("*.gcda"))
    for place, note in dict(notes).items():
        if (folder / place).parent.exists():
            shutil.copy(note, folder / place)
    if not names:
        return ran, known
    said = subprocess.run([*GCOV, *names], cwd=folder, check=True,
                          capture_output=True, text=True).stdout
    for report in filter(None, said.splitlines()):
        report = json.loads(report)
        for file in report["files"]:
            path = os.path.normpath(f"{report['current_working_directory']}/{file['file']}")
            name = re.sub(".*/(kmod|userspace)/", r"\1/", path)
            if not re.match("(kmod|userspace)/", name) or not (tree / name).exists():
                continue
            for line in file["lines"]:
                known[name].add(line["line_number"])
                if line["count"]:
                    ran[name].add(line["line_number"])
    return ran, known


class Collection:
    """Runs tests with programs that count. What a part of them ran is a file of
    the cache: unit, or a file of tests/net. It is made anew when the part's own
    text has changed."""

    def __init__(self, tree, folder, say):
        self.tree, self.folder, self.say = tree, folder, say

    def parts(self):
        """The parts, and where each is kept."""
        texts = {"unit": sorted((self.tree / "tests/unit").rglob("*.[ch]"))}
        texts |= {path.stem: [path]
                  for path in sorted((self.tree / "tests/net").glob("test_*.py"))}
        found = {}
        for name, paths in texts.items():
            digest = hashlib.sha256(b"".join(path.read_bytes() for path in paths))
            found[name] = self.folder / f"{name}.{digest.hexdigest()[:8]}.json"
        return found

    def missing(self):
        """The parts that are not kept, or not of their present text."""
        return [name for name, path in self.parts().items() if not path.exists()]

    def collect(self, name):
        """Runs a part and keeps what it ran."""
        path = self.parts()[name]
        cases = self._unit() if name == "unit" else \
            self._packets(f"tests/net/{name}.py")
        known, ran = collections.defaultdict(set), []
        for stage, case, seconds, lines, all_lines in cases:
            for file, numbers in all_lines.items():
                known[file] |= numbers
            ran.append(Case(stage, case, seconds, {
                file: sorted(numbers) for file, numbers in lines.items()}))
        data = {
            "sources": {file: (self.tree / file).read_text() for file in known},
            "known": {file: sorted(lines) for file, lines in known.items()},
            "cases": [dataclasses.asdict(case) for case in ran],
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.folder.glob(f"{name}.*"):
            old.unlink()
        new = path.with_suffix(".new")
        new.write_text(json.dumps(data))
        new.rename(path)
        self.say(f"{name}: {len(ran)} in {sum(case.seconds for case in ran):.0f} s")

    def _unit(self):
        folder = self.tree / "tests/unit"
        subprocess.run(["make", "-s", "-C", folder, "CFLAGS=-O0 -g --coverage",
                        "LDFLAGS=--coverage", "CHECKS=", "all"], check=True)
        build = folder / "build"
        for program in sorted(build.glob("*_test")):
            for old in build.rglob("*.gcda"):
                old.unlink()
            before = os.times()
            subprocess.run([program], cwd=folder, check=True, capture_output=True)
            seconds = os.times().children_user - before.children_user
            ran, known = collections.defaultdict(set), collections.defaultdict(set)
            for total, some in zip((ran, known), lines_ran(build, self.tree)):
                for file, lines in some.items():
                    total[file] |= lines
            yield "unit", program.name, seconds, ran, known

    def _packets(self, file):
        """In the kernel where allocations fail, those that are about that."""
        subprocess.run(["make", "-s", "-C", self.tree / "userspace", "HARDENING=",
                        "CFLAGS=-O0 -g --coverage", "LDFLAGS=--coverage"], check=True)
        kernel, stage = ("uml-debug", "debug") if file == FAULTS else ("uml-gcov", "uml")
        with tempfile.TemporaryDirectory(prefix="nf_edge-mutants.") as name:
            objects, cases = pathlib.Path(name, "objects"), pathlib.Path(name, "cases")
            objects.mkdir()
            cases.mkdir()
            done = subprocess.run(
                [self.tree / "scripts/vm", "--kernel", kernel, "--timeout", "14400",
                 "--allow-taint", "OEW" if file == FAULTS else "OE",
                 "--coverage", objects, "--",
                 "env", f"PYTHONPATH={self.tree}/tests/mutants", f"MUTANTS_CASES={cases}",
                 "/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider",
                 "-p", "percase", file],
                cwd=self.tree, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                errors="replace", check=False)
            index = cases / "index.jsonl"
            if done.returncode == NO_TESTS:     # all of them are marked whole
                return
            if done.returncode not in (0, 1) or not index.exists():
                raise CollectionError(f"{file}: scripts/vm: code {done.returncode}\n"
                                      f"{done.stdout[-2000:]}{done.stderr[-2000:]}")
            yield from self._read(stage, objects, cases, index)

    def _read(self, stage, objects, cases, index):
        notes = {path.relative_to(base): path for base, part in (
            (objects, objects), (self.tree, self.tree / "userspace"))
                 for path in part.rglob("*.gcno")}
        for line in index.read_text().splitlines():
            case = json.loads(line)
            if case["failed"]:
                self.say(f"{case['name']} fails without a mutant, and is left out")
                continue
            ran, known = lines_ran(cases / case["folder"], self.tree, notes)
            yield stage, case["name"], case["seconds"], ran, known


class Reach:
    """What was collected, by the lines of today's sources."""

    def __init__(self, paths, tree):
        self.known = collections.defaultdict(set)
        self.by_line = collections.defaultdict(list)
        aligned = {}
        for path in paths:
            data = json.loads(path.read_text())
            now = {}
            for file, text in data["sources"].items():
                key = file, hash(text)
                if key not in aligned:
                    aligned[key] = _aligned(text, tree / file)
                now[file] = aligned[key]
            for file, lines in data["known"].items():
                self.known[file] |= {now[file].get(line) for line in lines}
            for case in data["cases"]:
                self._add(Case(**case), now)

    def _add(self, case, now):
        for file, lines in case.ran.items():
            for line in lines:
                if line in now[file]:
                    self.by_line[file, now[file][line]].append(case)

    def cases_of(self, mutant, sources):
        """Those that run the mutant's line, or else its function or file; of a file
        without code, as of headers, those that run a line with the name."""
        source, tries = sources[mutant.file], []
        if mutant.where == "function":
            tries = [self._near(mutant.file, mutant.line, mutant.first_line),
                     range(mutant.first_line, mutant.last_line + 1)]
        elif mutant.where == "macro":
            tries = [source.uses_of(mutant.scope)]
        for lines in tries:
            if found := self._union(mutant.file, lines):
                return found
        if mutant.where == "function":
            return []
        return self._union(mutant.file, [line for file, line in self.by_line
                                         if file == mutant.file]) or \
            self._users(words_of(mutant.before)[0] if mutant.where == "enum" else mutant.scope,
                        sources.values())

    def _users(self, name, sources):
        """Those that run a line with a name."""
        return self.cases_at((source.name, line) for source in sources
                             for use in source.uses_of(name)
                             for line in self._near(source.name, use, 1))

    def cases_at(self, places):
        """Those that run one of some lines, each a file and a number."""
        return list({(case.stage, case.name): case for place in places
                     for case in self.by_line.get(place, ())}.values())

    def _near(self, file, line, first):
        """The line, or the one above that code was made of."""
        for number in range(line, first - 1, -1):
            if number in self.known[file]:
                return [number]
        return []

    def _union(self, file, lines):
        return self.cases_at((file, line) for line in lines)


def _aligned(old, path):
    """The line of the present text for each line of an old one."""
    new = path.read_text().splitlines() if path.exists() else []
    old = old.splitlines()
    same = {}
    for block in difflib.SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        for n in range(block.size):
            same[block.a + n + 1] = block.b + n + 1
    return same


def chosen(cases, limit, kills):
    """Test functions in the order in which they are run, within so many seconds:
    first what is short and runs little beside, then the next file's."""
    def price(case):
        lines = sum(len(lines) for lines in case.ran.values())
        return (case.seconds + 0.2) * (lines + 50) / (1 + kills.get(case.name, 0))

    queues = collections.defaultdict(list)
    for case in sorted(cases, key=price):
        queues[case.file].append(case)
    order, spent = [], 0
    turn = sorted(queues.values(), key=lambda queue: price(queue[0]))
    while any(turn):
        for queue in turn:
            if queue:
                case = queue.pop(0)
                if not order or spent + case.seconds <= limit:
                    order.append(case)
                    spent += case.seconds
    return order
