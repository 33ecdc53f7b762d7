# SPDX-License-Identifier: GPL-2.0-only
"""scripts/vm: what it promises, and that it says so when a promise is broken.

Runs on the host, not in a test kernel:  /usr/bin/python3 -m pytest tests/vm_test.py
"""

import hashlib
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import uuid

import pytest

TREE = pathlib.Path(__file__).resolve().parent.parent
ENDED_BADLY = {"usage": 64, "prepare": 69, "report": 70, "taint": 71,
               "timeout": 72, "died": 73}

MODULE = """
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/timer.h>
static int __init throw_away_init(void) { %s return 0; }
static void __exit throw_away_exit(void) { }
module_init(throw_away_init);
module_exit(throw_away_exit);
MODULE_LICENSE("GPL");
"""


def heed_signals():
    for number in signal.SIGINT, signal.SIGHUP:
        signal.signal(number, signal.SIG_DFL)


class Vm:
    """scripts/vm of a tree, with a directory for temporary files of its own."""

    def __init__(self, kernel, folder, tree=TREE):
        self.kernel = kernel
        self.folder = folder
        self.tree = tree
        self.mark = uuid.uuid4().hex
        self.env = os.environ | {"TMPDIR": str(folder), "VM_TEST": self.mark}
        self.options = ["--no-module"]

    def line(self, *words, options=()):
        return [str(self.tree / "scripts/vm"), "--kernel", self.kernel,
                *self.options, *options, "--", *words]

    def start(self, *words, options=(), **more):
        more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                "stderr": subprocess.PIPE, "text": True} | more
        # Who runs the tests in the background may have it ignore signals, and
        # a shell cannot undo that.
        return subprocess.Popen(self.line(*words, options=options),
                                env=self.env, start_new_session=True,
                                preexec_fn=heed_signals, **more)

    def run(self, *words, **more):
        given = more.pop("input", None)
        if given is not None:
            more["stdin"] = subprocess.PIPE
        process = self.start(*words, **more)
        try:
            process.out, process.err = process.communicate(given, timeout=600)
        except subprocess.TimeoutExpired:
            process.terminate()
            process.communicate(timeout=60)
            raise
        # For the report of a test that fails.
        print("exit code", process.returncode, "errors", str(process.err)[-3000:])
        return process

    def shell(self, script, **more):
        return self.run("bash", "-c", script, **more)

    def processes(self):
        """Which processes a run has, by a variable that all of them inherit."""
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if self.mark.encode() in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                pass
        return found

    def run_folders(self):
        return list(self.folder.glob("nf_edge-vm.*"))

    def wait_until_booted(self):
        wait_for(lambda: any(self.folder.glob("nf_edge-vm.*/booted")))


def wait_for(condition, seconds=300):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def folder():
    # A short name: a socket's path has a limit.
    with tempfile.TemporaryDirectory(prefix="vmt-") as name:
        yield pathlib.Path(name)


# A test asks User Mode Linux; one of these asks a kernel in QEMU too: of what the
# two kinds do by code of their own.
both = pytest.mark.parametrize("vm", ["uml", "debian"], indirect=True)
both_in_whole = pytest.mark.parametrize(
    "vm", ["uml", pytest.param("debian", marks=pytest.mark.whole)], indirect=True)


@pytest.fixture(params=["uml"])
def vm(request, folder):
    vm = Vm(request.param, folder)
    yield vm
    assert vm.run_folders() == []
    # What passed the output on reads to its end, and may be behind the run's.
    wait_for(lambda: not vm.processes(), 20)


@pytest.fixture
def throw_away(vm, folder):
    """A tree with the same scripts, and a module nf_edge of one's own."""
    tree = folder / "tree"
    shutil.copytree(TREE / "scripts", tree / "scripts")
    (tree / "kmod").mkdir()
    (tree / "Kbuild").write_text("obj-m := nf_edge.o\nnf_edge-y := kmod/main.o\n")
    vm.tree = tree
    vm.options = []

    def write(body):
        source = tree / "kmod/main.c"
        source.write_text(MODULE % body)
        return source

    yield write
    for build in builds_of(tree):
        shutil.rmtree(build)


def builds_of(tree):
    """Where the cache has the module of a tree, by kernel."""
    home = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    cache = pathlib.Path(os.environ.get("NF_EDGE_CACHE") or f"{home}/nf_edge")
    name = hashlib.sha256(f"{tree}\n".encode()).hexdigest()[:12]
    return list(cache.glob(f"module/*/{name}"))


#
# A command's way in and out
#

@pytest.mark.parametrize("vm, code", [("uml", 0), ("uml", 42), ("uml", 255), ("debian", 255)],
                         indirect=["vm"])
def test_exit_code_is_passed_on(vm, code):
    assert vm.shell(f"exit {code}").returncode == code


@pytest.mark.parametrize("vm", ["debian"], indirect=True)
@pytest.mark.parametrize("options, seconds", [([], "120"), (["--icount"], "0")])
def test_a_clock_that_leaps_makes_no_task_hang(vm, options, seconds):
    done = vm.run("cat", "/proc/sys/kernel/hung_task_timeout_secs", options=options)
    assert (done.returncode, done.out) == (0, seconds + "\n")


def test_missing_command_is_127(vm):
    assert vm.run("no-such-command").returncode == 127


def test_output_is_the_command_s_and_nothing_else(vm):
    done = vm.shell("echo out; echo err >&2")
    assert (done.out, done.err) == ("out\n", "err\n")


def test_verbose_shows_the_kernel_s_log_on_standard_error_only(vm):
    done = vm.run("echo", "out", options=["--verbose"])
    assert done.out == "out\n"
    assert "Linux version" in done.err


def test_arguments_arrive_as_they_are(vm):
    words = ["two words", "it's", '"quoted" $HOME `id` \\', "", "*", "-x", "new\nline", "é"]
    done = vm.run("printf", "%s\\0", *words)
    assert done.out.split("\0")[:-1] == words


@both_in_whole
def test_large_output_is_whole(vm):
    done = vm.shell("seq 1 1500000")
    assert done.out == "".join(f"{n}\n" for n in range(1, 1500001))


def test_output_comes_while_the_command_runs(vm):
    process = vm.start("bash", "-c", "echo first; sleep 1000")
    assert process.stdout.readline() == "first\n"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)


@both
def test_standard_input_is_passed_on_when_asked_for(vm):
    text = "".join(f"line {n}\n" for n in range(50000))
    assert vm.run("cat", options=["--stdin"], input=text).out == text


def test_standard_input_is_empty_otherwise(vm):
    done = vm.run("cat", input="lost\n")
    assert (done.returncode, done.out) == (0, "")


def test_reader_that_goes_away_ends_the_run(vm):
    process = vm.start("yes")
    assert process.stdout.readline() == "y\n"
    process.stdout.close()
    assert process.wait(timeout=60) == 128 + signal.SIGPIPE


@both_in_whole
def test_process_left_behind_does_not_hold_the_run(vm):
    done = vm.shell("sleep 1000 & (trap '' TERM HUP; sleep 1000) & echo done")
    assert (done.returncode, done.out) == (0, "done\n")


#
# The machine it finds itself in
#

@both_in_whole
def test_directory_and_files_are_the_host_s(vm, folder):
    here = folder / "a folder"
    here.mkdir()
    (here / "given").write_text("from the host")
    done = vm.shell("pwd; cat given; echo -n from the guest >taken", cwd=here)
    assert done.out == f"{here}\nfrom the host"
    assert (here / "taken").read_text() == "from the guest"


@both_in_whole
def test_guest_is_a_whole_machine_of_its_own(vm):
    done = vm.shell("""
        [ "$(id -u)" = 0 ] && [ "$(hostname)" = nf-edge ] && [ "$HOME" = /root ] || echo who
        [ "${PATH%%%%:*}" = %s/userspace ] || echo path
        ping -c 1 -W 5 127.0.0.1 >/dev/null && ping -c 1 -W 5 ::1 >/dev/null || echo lo
        ip netns add x && ip netns exec x ip link || echo netns
        nft add table inet t && nft add chain inet t c '{ type filter hook input priority 0; }' &&
            nft add rule inet t c ct state new counter || echo nft
        mountpoint -q /sys/kernel/debug && mountpoint -q /run && mountpoint -q /dev/shm &&
            echo x >/dev/shm/x && cat </dev/null >/dev/stdout || echo mounts
        """ % TREE)
    assert "LOOPBACK" in done.out
    assert not re.search("^(who|path|lo|netns|nft|mounts)$", done.out, re.M), done.out
    assert done.returncode == 0


@both_in_whole
def test_host_keeps_its_own_system_directories(vm):
    before = {path: sorted(os.listdir(path)) for path in ["/lib/modules", "/run", "/dev/shm"]
              if os.path.isdir(path)}
    vm.shell("touch /run/x /dev/shm/x /lib/modules/x; ip netns add x")
    for path, names in before.items():
        assert "x" not in os.listdir(path), names


@both_in_whole
def test_number_of_processors(vm):
    if vm.kernel == "uml":
        assert vm.run("true", options=["--cpus", "2"]).returncode == ENDED_BADLY["usage"]
    else:
        assert vm.run("nproc", options=["--cpus", "1"]).out == "1\n"
        assert vm.run("nproc").out == "2\n"


@both_in_whole
def test_size_of_memory(vm):
    done = vm.shell("awk '/^MemTotal/ { print $2 }' /proc/meminfo", options=["--memory", "512M"])
    assert 380 * 1024 < int(done.out) <= 512 * 1024


def test_two_runs_at_once(vm):
    runs = [vm.start("bash", "-c", f"echo {n}; sleep 1; exit {n}") for n in (3, 4)]
    for n, run in zip((3, 4), runs):
        assert run.communicate(timeout=600)[0] == f"{n}\n"
        assert run.returncode == n


#
# The module
#

@both
def test_module_is_built_and_loaded(vm, throw_away):
    throw_away('pr_info("throw-away: first\\n");')
    done = vm.shell("modprobe nf_edge && dmesg | grep -o 'throw-away: .*'")
    assert (done.returncode, done.out) == (0, "throw-away: first\n"), done.err
    # A file put back from elsewhere keeps its time, which is older than the object's.
    source = throw_away('pr_info("throw-away: second\\n");')
    os.utime(source, (0, 0))
    done = vm.shell("modprobe nf_edge && dmesg | grep -o 'throw-away: .*'")
    assert (done.returncode, done.out) == (0, "throw-away: second\n"), done.err
    assert not list(vm.tree.rglob("*.o")) and not list(vm.tree.rglob("*.ko"))


def test_module_is_not_built_again_without_a_change(vm, throw_away):
    def stamps():
        return {path: path.stat().st_mtime_ns for build in builds_of(vm.tree)
                for path in build.glob("source/kmod/main.o")}

    throw_away("")
    assert vm.run("modprobe", "nf_edge").returncode == 0
    first = stamps()
    assert first
    assert vm.run("modprobe", "nf_edge").returncode == 0
    assert stamps() == first
    throw_away("(void)0;")
    assert vm.run("modprobe", "nf_edge").returncode == 0
    assert stamps() != first


def test_module_that_does_not_compile_is_said(vm, throw_away):
    throw_away("this is no C;")
    done = vm.run("echo", "ran")
    assert (done.returncode, done.out) == (ENDED_BADLY["prepare"], "")
    assert "main.c:8" in done.err
    assert vm.run("echo", "ran", options=["--no-module"]).out == "ran\n"


def test_module_of_another_tree(vm, throw_away, folder):
    throw_away('pr_info("throw-away\\n");')
    added = folder / "added"
    (added / "kmod").mkdir(parents=True)
    (added / "Kbuild").write_text("obj-m := added.o\nadded-y := kmod/main.o\n")
    (added / "kmod/main.c").write_text(MODULE % 'pr_info("added\\n");')
    done = vm.shell("modprobe added && modprobe nf_edge && dmesg | grep -oE '(added|throw-away)$'",
                    options=["--add-module", str(added)])
    assert (done.returncode, done.out) == (0, "added\nthrow-away\n"), done.err
    done = vm.run("true", options=["--add-module", str(folder / "none")])
    assert done.returncode == ENDED_BADLY["usage"] and "has no Kbuild" in done.err


def test_without_the_module_it_cannot_be_loaded(vm):
    assert vm.run("modprobe", "nf_edge").returncode == 1


#
# Leaving nothing behind. The fixture vm looks for what is left.
#

@pytest.mark.parametrize("vm, how", [("uml", "INT"), ("uml", "TERM"), ("uml", "HUP"),
                                     ("debian", "TERM")], indirect=["vm"])
def test_signal_ends_everything(vm, how):
    process = vm.start("sleep", "1000")
    vm.wait_until_booted()
    assert vm.processes() and vm.run_folders()
    number = getattr(signal, f"SIG{how}")
    # As a terminal does: to every process of the group.
    os.killpg(process.pid, number)
    assert process.wait(timeout=60) == 128 + number


@both_in_whole
def test_killed_run_takes_its_machine_with_it(vm):
    process = vm.start("sleep", "1000")
    vm.wait_until_booted()
    process.kill()
    process.communicate(timeout=60)
    wait_for(lambda: not vm.processes(), 20)
    for rest in vm.run_folders():		# nobody is left who could remove it
        shutil.rmtree(rest)


def test_interrupted_build_is_not_taken_for_a_kernel(vm, folder):
    vm.env["NF_EDGE_CACHE"] = str(folder / "cache")
    process = vm.start("true", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: list(folder.glob("cache/*.new.*/*")))
    process.terminate()
    assert process.wait(timeout=60) == 128 + signal.SIGTERM
    assert [path for path in (folder / "cache").iterdir() if path.is_dir()] == []


@pytest.mark.whole       # unpacks a kernel's source
def test_configuration_without_effect_is_refused(folder):
    tree = folder / "tree"
    shutil.copytree(TREE / "scripts", tree / "scripts")
    with open(tree / "scripts/uml.config", "a", encoding="ascii") as config:
        config.write("# unknown to some sources: CONFIG_GONE_BY_NOW CONFIG_S390\n"
                     "CONFIG_GONE_BY_NOW=y\n# CONFIG_MISSPELT is not set\n"
                     "CONFIG_NO_SUCH_THING=y\nCONFIG_S390=y\n")
    vm = Vm("uml", folder, tree)
    vm.env["NF_EDGE_CACHE"] = str(folder / "cache")
    done = vm.run("true")
    assert done.returncode == ENDED_BADLY["prepare"]
    assert [line for line in done.err.splitlines() if "CONFIG_" in line] == [
        "vm:   unknown to this source: # CONFIG_MISSPELT is not set",
        "vm:   unknown to this source: CONFIG_NO_SUCH_THING=y",
        "vm:   no effect: CONFIG_S390=y"]


#
# The command line
#

@pytest.mark.parametrize("words", [
    [], ["--"], ["--kernel"], ["--kernel", "none", "true"], ["--kernel", "buster", "true"],
    ["--kernel", "../vm", "true"], ["--cpus", "0", "true"], ["--memory", "much", "true"],
    ["--timeout", "-1", "true"], ["--allow-taint", "1", "true"], ["--no-such", "true"],
    ["--icount", "true"], ["--clang", "true"],
    ["--stdin=x", "true"], ["--no-module=1", "true"],
])
def test_wrong_use_is_one_line(words):
    done = subprocess.run([TREE / "scripts/vm", *words], capture_output=True, text=True)
    assert done.returncode == ENDED_BADLY["usage"]
    assert done.stdout == "" and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("where, says", [
    ({"cwd": "/dev/shm"}, "working directory"), ({"TMPDIR": "/dev/shm"}, "temporary directory"),
    ({"TMPDIR": "SHM"}, "temporary directory"), ({"TMPDIR": "a b"}, "space"),
    ({"tree": "a b"}, "space")])
def test_a_place_that_the_kernel_cannot_see_is_refused(folder, where, says):
    (folder / "SHM").symlink_to("/dev/shm")
    script = TREE / "scripts/vm"
    if tree := where.pop("tree", None):
        script = shutil.copytree(TREE / "scripts", folder / tree / "scripts") / "vm"
    cwd = where.pop("cwd", folder)
    done = subprocess.run([script, "--no-module", "true"], capture_output=True, text=True, cwd=cwd,
                          env=os.environ | where)
    assert (done.returncode, done.stdout) == (ENDED_BADLY["prepare"], "")
    assert says in done.stderr and len(done.stderr.splitlines()) == 1


def test_what_nobody_uses_is_forgotten_when_a_kernel_is_made(folder):
    month_old = time.time() - 32 * 24 * 3600
    names = ["uml-6.1-old", "uml-6.1-used", "uml-6.1-asked", "debian-6.1-old",
             "module/uml-6.1-used/old", "module/uml-6.1-used/used"]
    for name in names:
        (folder / name / "full").mkdir(parents=True)
        if not name.endswith("/used") and name != "uml-6.1-used":
            os.utime(folder / name, (month_old, month_old))
    subprocess.run(["bash", "-euc", """
        source "$1/scripts/vm.d/common.sh"
        cache=$2 kind=uml scratch=()
        make_it() { :; }
        publish "$cache/uml-6.1-asked" make_it
        publish "$cache/uml-6.1-new" make_it
        """, "bash", TREE, folder], check=True)
    assert [name for name in names if not (folder / name).exists()] == [
        "uml-6.1-old", "module/uml-6.1-used/old"]
    assert (folder / "uml-6.1-new").is_dir()


@pytest.mark.parametrize("script", ["scripts/policy-table", "scripts/ynl-regen", "scripts/lint",
                                    "scripts/demo", ".ci/run"])
def test_unknown_words_are_refused(script):
    done = subprocess.run([TREE / script, "--chek"], capture_output=True, text=True,
                          env={"PATH": os.environ["PATH"]})
    assert (done.returncode, done.stdout) == (ENDED_BADLY["usage"], "")
    assert len(done.stderr.splitlines()) == 1


def test_help():
    done = subprocess.run([TREE / "scripts/vm", "--help"], capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.startswith("usage: ") and done.stderr == ""


def test_packages_that_are_there_take_no_time():
    def took():
        """The processors' time: the clock's is of the machine's load too."""
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    before = took()
    done = subprocess.run([TREE / "scripts/deps", "uml", "debian"], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert took() - before < 10
    assert subprocess.run([TREE / "scripts/deps", "none"], capture_output=True,
                          check=False).returncode == ENDED_BADLY["usage"]
