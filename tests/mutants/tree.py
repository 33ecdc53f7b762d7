# SPDX-License-Identifier: GPL-2.0-only
"""A worker's own copy of the tree: changed, compiled, and put to the tests.

The copy stays where it is, so that make compiles no more than what differs.
"""

import contextlib
import filecmp
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

# What scripts/vm ends with beside the command's own code (scripts/vm --help).
PREPARE, REPORT, TAINT, TIMEOUT, DIED = 69, 70, 71, 72, 73
SAID = {REPORT: "the kernel reports", TAINT: "the kernel is tainted",
        TIMEOUT: "no end", DIED: "the kernel ends"}
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+(?:\[.*?\])?)", re.M)

# The slowest program of tests/unit takes four, and some more with ASan.
UNIT_SECONDS = 60

# What lint refuses is no mutant: a slip that the compiler sees does not get far.
STRICT = "-Werror -Wunused-but-set-variable -Wunused-const-variable"


class Broken(Exception):
    """The tests could not be run; its words say why."""


def run(command, seconds, cwd):
    """(exit code, output); the code is None when the time is over."""
    try:
        done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=seconds, text=True, errors="replace", check=False)
    except subprocess.TimeoutExpired as late:
        return None, (late.stdout or b"").decode(errors="replace")
    return done.returncode, done.stdout


class Tree:
    """A copy, and what was compiled of it."""

    def __init__(self, origin, folder, kernel_make=()):
        self.origin, self.folder = origin, folder
        self.kernel_make = kernel_make
        self.objects, self.bare = {}, {}
        self.changed = {}

    def sync(self):
        """Makes the copy what the tree is; what is equal keeps its time."""
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=self.origin, check=True, capture_output=True, text=True).stdout
        names = {name for name in listed.split("\0")
                 if name and os.path.lexists(self.origin / name)}
        self.folder.mkdir(parents=True, exist_ok=True)
        note = self.folder / ".copied"
        for old in set(note.read_text().splitlines()) - names if note.exists() else ():
            with contextlib.suppress(FileNotFoundError):
                (self.folder / old).unlink()
        for name in sorted(names):
            self._copy(self.origin / name, self.folder / name)
        note.write_text("\n".join(sorted(names)))

    @staticmethod
    def _copy(source, target):
        if source.is_symlink():
            if not target.is_symlink() or os.readlink(target) != os.readlink(source):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.unlink(missing_ok=True)
                target.symlink_to(os.readlink(source))
        elif not target.exists() or not filecmp.cmp(source, target, shallow=False):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            shutil.copyfile(source, target)
            shutil.copymode(source, target)

    def put(self, texts):
        """Writes other texts into files; reset() takes them back."""
        for name, text in texts.items():
            path = self.folder / name
            self.changed.setdefault(name, path.read_text())
            path.write_text(text)

    def reset(self):
        """Takes the changes back."""
        for name, text in self.changed.items():
            (self.folder / name).write_text(text)
        self.changed = {}

    def prepare(self):
        """Compiles the sources as they are, and remembers what they became."""
        for part in ("kmod", "userspace"):
            code, said = self._make(part)
            if code:
                raise Broken(f"the sources do not compile:\n{said[-3000:]}")
            self.objects[part] = self._digests(part)

    def compile(self):
        """What became of the change: None, "equal", or why it does not compile."""
        parts = {name.split("/")[0] for name in self.changed}
        equal = True
        for part in sorted(parts & {"kmod", "userspace"}):
            code, said = self._make(part)
            if code:
                return next((line for line in said.splitlines() if "rror:" in line),
                            said[-300:])
            equal &= self._digests(part) == self.objects[part]
        return "equal" if equal and self.changed else None

    def _make(self, part):
        if part == "userspace":
            return run(["make", "-s", "-C", "userspace",
                        f"CFLAGS=-O2 -g {STRICT}"], 600, self.folder)
        return run(["scripts/vm", "--compile", "--", "sh", "-c",
                    f'make -s -C "$KDIR" M="$PWD" KCFLAGS="{STRICT}" modules'],
                   3600, self.folder)

    def _tool(self):
        """Compiles edgectl of the present sources, which tests run."""
        code, said = self._make("userspace")
        if code:
            raise Broken(f"the tool does not compile: {said[-500:]}")

    def _digests(self, part):
        """Of each object its instructions and data, without the debugger's."""
        found = {}
        with tempfile.TemporaryDirectory() as folder:
            bare = pathlib.Path(folder, "bare.o")
            for path in sorted((self.folder / part).rglob("*.o")):
                time = path.stat().st_mtime_ns
                if self.bare.get(path, (0, ""))[0] != time:
                    subprocess.run(["objcopy", "--strip-debug", "--remove-section=.comment",
                                    path, bare], check=True)
                    self.bare[path] = (time, hashlib.sha256(bare.read_bytes()).digest())
                found[path] = self.bare[path][1]
        return found

    def unit(self, programs):
        """The first program of tests/unit that fails, or None. Each is built when its
        turn comes: the first ones catch most."""
        for name in programs:
            code, said = run(["make", "-s", "-C", "tests/unit", f"build/{name}"],
                             600, self.folder)
            if code:
                raise Broken(f"tests/unit does not build: {said[-500:]}")
            code, said = run([f"build/{name}"], UNIT_SECONDS, self.folder / "tests/unit")
            if code is None:
                return f"unit/{name}: no end"
            if code:
                line = re.search(r"^not ok \d+ - (.*)|ERROR: (\w+: .*)|runtime error: (.*)",
                                 said, re.M)
                return f"unit/{name}: " + (next(filter(None, line.groups()))
                                           if line else f"code {code}")
        return None

    def model(self, files):
        """The first test of some files of tests/ that fails, or None."""
        self._tool()
        code, said = run(["/usr/bin/python3", "-m", "pytest", "-q", "-x", "-rfE", "--tb=line",
                          "-p", "no:cacheprovider", *(f"tests/{name}.py" for name in files)],
                         3600, self.folder)
        if code == 0:
            return None
        if code == 1 and (failed := FAILED.search(said)):
            return f"model/{failed[1]}"
        raise Broken(f"pytest: code {code}: {said[-1500:]}")

    def packets(self, kernel, names, seconds):
        """The first of some tests in a kernel that fails, or None."""
        if not names:
            return None
        self._tool()
        code, said = run(
            ["scripts/vm", "--kernel", kernel, "--timeout", str(int(seconds)),
             "--allow-taint", "OEW" if kernel == "uml-debug" else "OE", "--",
             "/usr/bin/python3", "-m", "pytest", "-q", "-x", "-rfE", "--tb=line",
             "-p", "no:cacheprovider", *names],
            seconds + 900, self.folder)
        stage = "debug" if kernel == "uml-debug" else "uml"
        if code == 0:
            return None
        if code in (None, *SAID):
            return f"{stage}: {SAID.get(code, 'no end')}"
        if code == 1:
            # pytest names what failed; a module that does not load fails all.
            if failed := FAILED.search(said):
                return f"{stage}/" + failed[1].replace("tests/net/test_", "", 1)
        raise Broken(f"scripts/vm: code {code}: {said[-1500:]}")

    def group(self, name):
        """A group of tests/run that fails, or None."""
        self._tool()
        code, said = run(["tests/run", name], 7200, self.folder)
        if code == 0:
            return None
        line = re.search(r"^(?:failed: |#? ?not ok)(.*)", said, re.M)
        return f"{name}: {line[1].strip() if line else f'code {code}'}"
