# SPDX-License-Identifier: GPL-2.0-only
"""Doing a thing as somebody else: in a child process with fewer rights.

    as_nobody(ns, f)            f() by an ordinary user, in a namespace
    as_user_root(ns, f)         by root of a user namespace
    in_own_namespaces(f)        the same, in a network namespace of its own
    for_everybody(program)      a program where an ordinary user can run it
"""

import contextlib
import ctypes
import os
import pickle
import shutil
import signal
import tempfile
import traceback

NOBODY = 65534
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_DUMPABLE = 4

_libc = ctypes.CDLL(None, use_errno=True)


class Child:
    """A process that runs `become` and then f(), whose value it hands over.
    With `stays`, it then waits until it is killed."""

    def __init__(self, ns, become, f, stays=False):
        reader, writer = os.pipe()
        with ns.entered():
            self.pid = os.fork()
        if not self.pid:
            os.close(reader)
            self._run(writer, become, f, stays)
        os.close(writer)
        self._reader = reader

    @staticmethod
    def _run(writer, become, f, stays):
        code = 1
        try:
            become()
            answer = (f(), None)
            code = 0
        except BaseException:                   # it never leaves this process
            answer = (None, traceback.format_exc())
        with os.fdopen(writer, "wb") as file:
            pickle.dump(answer, file)
        while stays and not code:
            signal.pause()
        os._exit(code)

    def answer(self):
        """What f() returned."""
        with os.fdopen(self._reader, "rb") as file:
            value, error = pickle.load(file)
        assert not error, error
        return value

    def kill(self):
        """End it, at whatever it is doing."""
        os.kill(self.pid, signal.SIGKILL)
        self.wait()

    def wait(self):
        os.waitpid(self.pid, 0)


def _become_nobody():
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    # The maps of a user namespace are written by who may look into it.
    _libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)


def _become_user_root(flags=0):
    _become_nobody()
    if _libc.unshare(CLONE_NEWUSER | flags):
        raise OSError(ctypes.get_errno(), "unshare")
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {NOBODY} 1"),
                       ("gid_map", f"0 {NOBODY} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    assert os.getuid() == 0


def _become_owner():
    _become_user_root(CLONE_NEWNET)


def _result(child):
    try:
        return child.answer()
    finally:
        child.wait()


@contextlib.contextmanager
def for_everybody(program):
    """A copy: the tree may be in a folder that root alone may enter."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield shutil.copy(program, folder)


def as_nobody(ns, f):
    return _result(Child(ns, _become_nobody, f))


def as_user_root(ns, f):
    return _result(Child(ns, _become_user_root, f))


def in_own_namespaces(ns, f):
    return _result(Child(ns, _become_owner, f))


def owner_that_stays(ns, f):
    """The same, but the process and its namespaces stay: a Child."""
    return Child(ns, _become_owner, f, stays=True)


def child_that_stays(ns, f):
    """A process with all rights that stays after f()."""
    return Child(ns, lambda: None, f, stays=True)
