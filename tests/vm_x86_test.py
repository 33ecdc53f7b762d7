# SPDX-License-Identifier: GPL-2.0-only
"""The kernels x86-kasan and x86-kcsan see what they are for.

Runs on the host, not in a test kernel:  /usr/bin/python3 -m pytest tests/vm_x86_test.py
"""

import pytest

from vm_reports_test import LOCKS, MISTAKES
from vm_test import ENDED_BADLY, folder, throw_away, vm  # noqa: F401

# Two threads add to one number, for half a second.
RACE = """
    static long n; struct task_struct *t[2]; int i;
    int add(void *unused) {
        unsigned long end = jiffies + HZ / 2; long *p = &n;
        OPTIMIZER_HIDE_VAR(p);
        while (time_before(jiffies, end)) %s;
        while (!kthread_should_stop()) schedule_timeout_interruptible(1);
        return 0;
    }
    for (i = 0; i < 2; i++) t[i] = kthread_run(add, NULL, "add");
    for (i = 0; i < 2; i++) kthread_stop(t[i]);
"""


@pytest.mark.parametrize("vm, body, mistake, report, right", [
    ("x86-kcsan", RACE, "++*p", "KCSAN: data-race", "data_race(++*p)"),
    ("x86-kasan", *MISTAKES[0]),
    ("x86-kasan", *MISTAKES[2]),
    ("x86-kasan", LOCKS, ("b", "a"), "circular locking", ("a", "b")),
], indirect=["vm"], ids=["race", "out-of-bounds", "leak", "locks"])
def test_mistake_that_is_seen(vm, throw_away, body, mistake, report, right):  # noqa: F811
    throw_away(body % mistake)
    done = vm.run("modprobe", "nf_edge")
    assert done.returncode == ENDED_BADLY["report"], done.err
    assert report in done.err
    throw_away(body % right)
    done = vm.run("modprobe", "nf_edge")
    assert done.returncode == 0, done.err
