# SPDX-License-Identifier: GPL-2.0-only
"""Puts mutants to the tests, several at once, and keeps what came of each."""

import concurrent.futures
import dataclasses
import functools
import hashlib
import json
import queue
import threading
import time
import traceback

from reach import chosen
from records import RecordError
from tree import Broken, Tree

LEAKS = ("reference", "error")
SLOWER = 5    # times, in the kernel with every check


@dataclasses.dataclass
class Outcome:
    """What came of a mutant.

    result is caught, survived, equal (object code), known (looked at, and
    equivalent), compiler (does not compile) or broken (the tests did not run).
    """
    key: str
    result: str
    by: str = ""
    ran: str = ""
    seconds: float = 0
    place: str = ""
    kind: str = ""
    before: str = ""
    after: str = ""
    # Digests: of the file that was changed, and of all that it was put to.
    source: str = ""
    tests: str = ""


class Results:
    """Outcomes by key, in a file to which lines are added."""

    def __init__(self, path, tests):
        self.path, self.tests = path, tests
        self.lock = threading.Lock()
        self.outcomes = {}
        if path.exists():
            for line in path.read_text().splitlines():
                outcome = Outcome(**json.loads(line))
                if outcome.result != "broken":
                    self.outcomes[outcome.key] = outcome

    def of(self, mutant, text):
        """What came of a mutant of this text. A survivor meets new tests again."""
        old = self.outcomes.get(mutant.key)
        if old and old.source == digest_of(text) and \
                (old.result != "survived" or old.tests == self.tests):
            return old
        return None

    def add(self, outcome):
        """Kept at once: who is stopped loses only what was under way."""
        outcome.tests = self.tests
        with self.lock:
            self.outcomes[outcome.key] = outcome
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with open(self.path, "a", encoding="utf-8") as file:
                print(json.dumps(dataclasses.asdict(outcome)), file=file)

    def kills(self, file):
        """How many mutants of a file each test has caught."""
        found = {}
        with self.lock:
            for outcome in self.outcomes.values():
                if outcome.result == "caught" and outcome.place.startswith(f"{file}:"):
                    name = outcome.by.split("[")[0].split(" ")[0]
                    if name.startswith("uml/"):
                        name = f"tests/net/test_{name[4:]}"
                    found[name] = found.get(name, 0) + 1
        return found


def digest_of(text):
    """Twelve digits that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _packets(stage, seconds, tree, names):
    return tree.packets("uml-debug" if stage == "debug" else "uml", names, seconds)


def _is_named(by, name):
    """Whether the words that say by what a mutant was caught name a test."""
    said = by.split(": ")
    test = said[0].split("/", 1)[-1]
    return test == name or f"tests/net/test_{test}".split("[")[0] == name.split("[")[0]


class Campaign:
    """The workers, and what they have in common."""

    def __init__(self, trees, sources, reach, known, results, limit):
        self.trees = queue.Queue()
        for tree in trees:
            self.trees.put(tree)
        self.workers = len(trees)
        self.sources = {source.name: source for source in sources}
        self.reach, self.known, self.results = reach, known, results
        self.limit = limit
        self.sound = {}

    def run(self, mutants, count, tell):
        """Outcomes of the first so many that are neither equal nor refused by
        the compiler, in the order of the mutants."""
        done, waiting, left = [], iter(mutants), count
        with concurrent.futures.ThreadPoolExecutor(self.workers) as pool:
            running = {}
            while True:
                while len(running) < self.workers and left > len(running):
                    mutant = next(waiting, None)
                    if mutant is None:
                        break
                    running[pool.submit(self._outcome, mutant)] = mutant
                if not running:
                    return done
                for future in concurrent.futures.wait(
                        running, return_when=concurrent.futures.FIRST_COMPLETED).done:
                    running.pop(future)
                    outcome = future.result()
                    done.append(outcome)
                    left -= outcome.result in ("caught", "survived")
                    tell(outcome)

    def _outcome(self, mutant):
        if reason := self.known.reason(mutant):
            return self._of(mutant, "known", reason)
        if old := self.results.of(mutant, self.sources[mutant.file].text):
            return old
        tree, began = self.trees.get(), time.monotonic()
        try:
            outcome = self._test(tree, mutant)
        except Broken as broken:
            outcome = self._of(mutant, "broken", str(broken))
        except Exception:                               # pylint: disable=broad-except
            outcome = self._of(mutant, "broken", traceback.format_exc())
        finally:
            tree.reset()
            self.trees.put(tree)
        outcome.seconds = round(time.monotonic() - began, 1)
        outcome.source = digest_of(self.sources[mutant.file].text)
        self.results.add(outcome)
        return outcome

    @staticmethod
    def _of(mutant, result, by="", ran=""):
        return Outcome(mutant.key, result, by, ran, 0,
                       f"{mutant.file}:{mutant.line} {mutant.scope}", mutant.kind,
                       mutant.before, mutant.after)

    def _test(self, tree, mutant):
        source = self.sources[mutant.file]
        tree.put({mutant.file: mutant.apply(source.text)})
        if said := tree.compile():
            return self._of(mutant, "equal" if said == "equal" else "compiler", said)
        ran = []
        for stage, names, ask, what in self._stages(mutant, source):
            if by := self._ask(tree, stage, names, ask):
                return self._of(mutant, "caught", by, ", ".join(ran))
            ran.append(what)
        return self._of(mutant, "survived", "", ", ".join(ran))

    def _ask(self, tree, stage, names, ask):
        """What fails, and does not without the mutant."""
        while names := [name for name in names if self.sound.get((stage, name), True)]:
            by = ask(tree, names)
            name = by and next((name for name in names if _is_named(by, name)), None)
            if not name or self._is_sound(tree, stage, name, ask):
                return by
        return None

    def _is_sound(self, tree, stage, name, ask):
        """Whether a test passes on the sources as they are; each is asked once."""
        if (stage, name) not in self.sound:
            changed = {file: (tree.folder / file).read_text() for file in tree.changed}
            tree.reset()
            self.sound[stage, name] = not ask(tree, [name])
            tree.put(changed)
        return self.sound[stage, name]

    def _stages(self, mutant, source):
        """What is asked, the cheapest first: kind, names, how, and in words."""
        cases = self.reach.cases_of(mutant, self.sources)
        kills = self.results.kills(mutant.file)
        programs = [case.name for case in sorted(cases, key=lambda case: (
            -kills.get(f"unit/{case.name}:", 0), case.seconds)) if case.stage == "unit"]
        if programs:
            yield "unit", programs, Tree.unit, f"unit ({len(programs)})"
        for stage, limit in (("uml", self.limit), ("debug", self.limit / SLOWER)):
            covering = [case for case in cases if case.stage == stage]
            if stage == "debug" and mutant.kind in LEAKS and \
                    mutant.file.startswith("kmod/"):
                # With kmemleak and KASAN, what has passed without.
                covering += [case for case in cases if case.stage == "uml"]
            order = chosen(covering, limit, kills)
            if order:
                spent = sum(case.seconds for case in order)
                yield (stage, [case.name for case in order],
                       functools.partial(_packets, stage, 300 + 20 * spent),
                       f"{stage} ({len(order)} of {len(covering)})")

    def planted(self, records, tell):
        """Outcomes of the catalogue's records."""
        with concurrent.futures.ThreadPoolExecutor(self.workers) as pool:
            done = []
            for future in concurrent.futures.as_completed(
                    [pool.submit(self._planted, record) for record in records]):
                done.append(future.result())
                tell(done[-1])
            return done

    def _planted(self, record):
        tree, began = self.trees.get(), time.monotonic()
        outcome = Outcome(record.place, "survived", "", record.words["by"], 0,
                          f"{record.place}: {record.words['mutant']}", "planted")
        try:
            tree.put(record.apply(self.sources.values()))
            if said := tree.compile():
                outcome.result, outcome.by = "broken", f"it does not compile: {said}"
            elif by := self._asked(tree, record):
                outcome.result, outcome.by = "caught", by
        except (Broken, RecordError) as broken:
            outcome.result, outcome.by = "broken", str(broken)
        finally:
            tree.reset()
            self.trees.put(tree)
        outcome.seconds = round(time.monotonic() - began, 1)
        return outcome

    def _asked(self, tree, record):
        """What fails of the test that is named: GROUP [TEST...]."""
        group, *tests = record.words["by"].split()
        stage, _, name = group.partition("/")
        if stage == "unit":
            return tree.unit(tests or sorted(
                case.name for case in self.reach.cases_at(record.places(
                    self.sources.values())) if case.stage == "unit"))
        if stage == "model" and tests:
            return tree.model(tests)
        if stage in ("uml", "debug") and name != "stress":
            kernel = "uml-debug" if stage == "debug" else "uml"
            path = f"tests/net/test_{name}.py"
            return tree.packets(kernel, [f"{path}::{test}" for test in tests] or [path],
                                3600)
        return tree.group(group)
