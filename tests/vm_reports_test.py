# SPDX-License-Identifier: GPL-2.0-only
"""scripts/vm and a kernel that is not well: it reports, panics, hangs, or ends tainted.

Runs on the host, not in a test kernel:  /usr/bin/python3 -m pytest tests/vm_reports_test.py
"""

import re

import pytest

from vm_test import ENDED_BADLY, both, folder, throw_away, vm  # noqa: F401

WARNS = "WARN_ON(1);"


@both
def test_panic(vm, folder):  # noqa: F811
    # A panic loses what another process has yet to pass on to the host.
    process = vm.start("bash", "-c", "echo before; until [ -e go ]; do sleep 0.2; done; "
                       "echo c >/proc/sysrq-trigger; sleep 1000", cwd=folder)
    assert process.stdout.readline() == "before\n"
    (folder / "go").touch()
    out, err = process.communicate(timeout=600)
    assert (process.returncode, out) == (ENDED_BADLY["report"], ""), err
    assert "Kernel panic" in err.splitlines()[0]
    assert "sysrq_handle_crash" in err


def test_warning(vm, throw_away):
    throw_away(WARNS)
    done = vm.run("modprobe", "nf_edge")
    assert done.returncode == ENDED_BADLY["report"]
    assert re.match("vm: the kernel .* reported: .*WARNING: .*main.c:8", done.err)
    throw_away("")
    assert vm.run("modprobe", "nf_edge").returncode == 0


def test_long_report_is_cut(vm):
    done = vm.shell("""
        sysctl -qw kernel.printk_devkmsg=on
        echo '<3>WARNING: of the test' >/dev/kmsg
        for ((i = 0; i < 3000; i++)); do echo "<3>line $i of a long report"; done |
            while read -r line; do echo "$line" >/dev/kmsg; done
        """)
    assert done.returncode == ENDED_BADLY["report"]
    assert "line 90 of" in done.err and "line 110 of" not in done.err


def test_oops(vm, throw_away):
    throw_away("*(volatile int *)8 = 1;")
    done = vm.run("modprobe", "nf_edge", options=["--timeout", "60"])
    assert done.returncode == ENDED_BADLY["report"], done.err


LOCKS = """
	static DEFINE_MUTEX(a); static DEFINE_MUTEX(b);
	mutex_lock(&a); mutex_lock(&b); mutex_unlock(&b); mutex_unlock(&a);
	mutex_lock(&%s); mutex_lock(&%s); mutex_unlock(&b); mutex_unlock(&a);
"""


@pytest.mark.parametrize("vm", ["uml"], indirect=True)
def test_locks_in_the_wrong_order(vm, throw_away):
    throw_away(LOCKS % ("b", "a"))
    done = vm.run("modprobe", "nf_edge")
    assert done.returncode == ENDED_BADLY["report"], done.err
    assert "possible circular locking dependency" in done.err
    throw_away(LOCKS % ("a", "b"))
    assert vm.run("modprobe", "nf_edge").returncode == 0


@pytest.mark.parametrize("vm", ["uml"], indirect=True)
def test_rcu_pointer_without_protection(vm, throw_away):
    read = "static int __rcu *p; %s (void)rcu_dereference(p); %s"
    throw_away(read % ("", ""))
    done = vm.run("modprobe", "nf_edge")
    assert done.returncode == ENDED_BADLY["report"], done.err
    assert "suspicious rcu_dereference_check() usage" in done.err
    throw_away(read % ("rcu_read_lock();", "rcu_read_unlock();"))
    assert vm.run("modprobe", "nf_edge").returncode == 0


# What the checks of uml-debug find: a mistake, what is reported, and the same without it.
MISTAKES = [
    ("char *p = kzalloc(8, GFP_KERNEL); OPTIMIZER_HIDE_VAR(p); p[%s] = 1; kfree(p);",
     "8", "KASAN: slab-out-of-bounds", "7"),
    ("int n = %s; OPTIMIZER_HIDE_VAR(n); n = 1 << n; OPTIMIZER_HIDE_VAR(n);",
     "40", "UBSAN: shift-out-of-bounds", "4"),
    ("void *p = kzalloc(100, GFP_KERNEL); OPTIMIZER_HIDE_VAR(p); %s",
     "", "kmemleak: 1 new suspected memory leak", "kfree(p);"),
    ("""struct timer_list *t = kzalloc(sizeof(*t), GFP_KERNEL);
        timer_setup(t, (void *)1, 0); mod_timer(t, jiffies + 100 * HZ); %s kfree(t);""",
     "", "ODEBUG: free active", "del_timer_sync(t);"),
]


@pytest.mark.parametrize("vm", ["uml-debug"], indirect=True)
@pytest.mark.parametrize("body, mistake, report, right", MISTAKES,
                         ids=[report.split(":")[0] for _, _, report, _ in MISTAKES])
def test_mistake_that_only_uml_debug_sees(vm, throw_away, body, mistake, report, right):
    throw_away(body % mistake)
    done = vm.run("modprobe", "nf_edge")
    assert done.returncode == ENDED_BADLY["report"], done.err
    assert report in done.err


@pytest.mark.parametrize("vm", ["uml-debug"], indirect=True)
def test_none_of_these_mistakes_is_seen_where_there_is_none(vm, throw_away):
    throw_away(" ".join("{ %s }" % (body % right) for body, _, _, right in MISTAKES))
    assert vm.run("modprobe", "nf_edge").returncode == 0


@pytest.mark.parametrize("vm", ["uml-debug"], indirect=True)
def test_allocation_fails_when_it_is_told_to(vm):
    done = vm.shell("""
        echo N >/sys/kernel/debug/failslab/ignore-gfp-wait
        perl -e 'for my $n (1, 0) {
            open my $f, ">", "/proc/self/fail-nth"; syswrite $f, $n;
            print mkdir("/dev/shm/$n") ? "done" : $!, "\\n"; }'""")
    assert (done.returncode, done.out) == (0, "Cannot allocate memory\ndone\n"), done.err


def test_report_outweighs_the_command_s_own_code(vm):
    assert vm.shell("echo BUG: something >/dev/kmsg; exit 5").returncode == ENDED_BADLY["report"]
    assert vm.shell("echo bugs: nothing >/dev/kmsg; exit 5").returncode == 5


@pytest.mark.parametrize("vm", ["uml"], indirect=True)
def test_only_the_lists_of_nf_tables_may_be_walked_without_rcu(vm):
    walks = "RCU-list traversed in non-reader section!!"

    def reported(place, more=""):
        done = vm.shell(f"""
            for line in 'WARNING: suspicious RCU usage' '6.12 #1' -- '{place}' '{more}'; do
                echo "<3>$line" >/dev/kmsg
            done""")
        found = re.match("vm: the kernel uml reported: (.*)", done.err)
        assert done.returncode == (ENDED_BADLY["report"] if found else 0), done.err
        return found and found[1]

    api = "net/netfilter/nf_tables_api.c:4470"
    assert not reported(f"{api} {walks}")
    assert not reported(f"net/netfilter/nft_set_bitmap.c:102 {walks}")
    assert reported(f"{api} {walks}", "BUG: of the test") == "BUG: of the test"
    for other in (f"{api} suspicious rcu_dereference_check() usage!",
                  f"kmod/nft_interfaces.c:12 {walks}"):
        assert reported(other) == "WARNING: suspicious RCU usage"


@pytest.mark.parametrize("vm", ["uml"], indirect=True)
def test_a_tracepoint_without_memory_is_pardoned_where_faults_are_made(vm):
    def code(place, *options):
        return vm.shell(f"echo '<4>WARNING: CPU: 0 PID: 1 at {place}' >/dev/kmsg",
                        options=options).returncode
    place = "kernel/trace/trace_events.c:2556 event_define_fields.part.0+0x29a/0x4c0"
    faults = "--allow-taint", "OEW"
    assert code(place, *faults) == 0
    assert code(place) == ENDED_BADLY["report"]
    assert code("kmod/trace.c:25 event_define_fields", *faults) == ENDED_BADLY["report"]


def test_taint(vm):
    done = vm.shell("echo 64 >/proc/sys/kernel/tainted")
    assert done.returncode == ENDED_BADLY["taint"]
    assert "tainted: U" in done.err.splitlines()[0]
    assert vm.shell("echo 64 >/proc/sys/kernel/tainted",
                    options=["--allow-taint", "OEU"]).returncode == 0


def test_out_of_tree_and_unsigned_are_no_taint(vm):
    assert vm.shell(f"echo {1 << 12 | 1 << 13} >/proc/sys/kernel/tainted").returncode == 0


@both
def test_hang(vm):
    done = vm.shell("echo before; sleep 1000", options=["--timeout", "8"])
    assert (done.returncode, done.out) == (ENDED_BADLY["timeout"], "before\n")
    assert done.err.startswith("vm: no result in 8 seconds")
    assert vm.run("sleep", "1", options=["--timeout", "60"]).returncode == 0


@both
def test_machine_that_goes_off_by_itself(vm):
    done = vm.shell("echo o >/proc/sysrq-trigger; sleep 1000", options=["--timeout", "60"])
    assert done.returncode == ENDED_BADLY["died"]


def test_log_is_kept_when_asked_for(vm, folder):
    log = folder / "log"
    vm.shell("echo a word for the log >/dev/kmsg", options=["--log", str(log)])
    assert "a word for the log" in log.read_text(errors="replace")
