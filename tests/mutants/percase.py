# SPDX-License-Identifier: GPL-2.0-only
"""A plugin of pytest for a test kernel: what each test function ran.

Into $MUTANTS_CASES go a folder for each function, with the counts of kmod/ and
of userspace/, and a line of index.jsonl. One set of
parameters that takes long has its own.
"""

import json
import os
import pathlib
import shutil
import time

import pytest

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
COUNTS = pathlib.Path("/sys/kernel/debug/gcov")
LONG = 3    # seconds


def name_of(item):
    """What pytest takes for a test, whatever folder it counts from."""
    return f"{item.path.relative_to(TREE)}::{item.nodeid.split('::', 1)[1]}"


class Cases:
    """Goes from one function to the next."""

    def __init__(self, folder):
        self.folder = folder
        self.number = 0
        self._begin()

    def _begin(self):
        self.began = time.monotonic()
        self.failed = False
        # Counts are of the function that begins only.
        if (reset := COUNTS / "reset").exists():
            reset.write_text("1\n")

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item, nextitem):
        """Saves the counts behind the last test of a function."""
        before = time.monotonic()
        yield
        name, function = name_of(item), name_of(item).split("[")[0]
        if time.monotonic() - before > LONG:
            self._save(name)
        elif nextitem is None or name_of(nextitem).split("[")[0] != function:
            self._save(function)
        else:
            return
        self._begin()

    def pytest_runtest_logreport(self, report):
        """Notes what fails even without a mutant."""
        self.failed |= report.failed

    def _save(self, name):
        seconds = time.monotonic() - self.began
        here = self.folder / str(self.number)
        self.number += 1

        def place(path):
            path = here / path
            path.parent.mkdir(parents=True, exist_ok=True)
            return path
        for counts in COUNTS.rglob("kmod/**/*.gcda"):
            # A file of debugfs has no size before it is read.
            inside = str(counts).rpartition("/kmod/")[2]
            place(f"kmod/{inside}").write_bytes(counts.read_bytes())
        for counts in (TREE / "userspace").rglob("*.gcda"):
            shutil.move(counts, place(counts.relative_to(TREE)))
        with open(self.folder / "index.jsonl", "a", encoding="ascii") as index:
            print(json.dumps({"name": name, "folder": here.name, "seconds": seconds,
                              "failed": self.failed}), file=index)


def pytest_configure(config):
    """Runs where the variable names a folder."""
    if folder := os.environ.get("MUTANTS_CASES"):
        config.pluginmanager.register(Cases(pathlib.Path(folder)))
