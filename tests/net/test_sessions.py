# SPDX-License-Identifier: GPL-2.0-only
"""load, mode enforce and switches off take care of the SSH sessions that are alive, and of
the one that they are run from before all others."""

import shlex
import shutil
import socket

import pytest

from edgectl import Config, Edgectl
from netns import Namespace, link, new_mac, until

OUTSIDE, INSIDE = "198.51.100.7", "192.168.10.5"
OUTSIDE6 = "2001:db8:51::7"
EDGE, EDGE6, OTHER = "131.107.155.10", "2001:db8:155::10", "192.0.2.1"

SITE = Config(
    zones=["external"], features=["remote-access"],
    interfaces={"wan0": ["external"], "lan0": ["internal"]},
    nodes={"edge1": {"access": [EDGE, EDGE6], "internal": ["172.25.33.10"]}},
    peers={"internal-networks": ["192.168.10.0/24", "2001:db8:10::/64"]})

OURS = "would cut the SSH session that this runs in"
PERHAPS = "would cut an SSH session that this may run in"


class Host(Namespace):
    """A host that is an Edge itself, and clients on both sides of it."""

    def __init__(self, folder):
        super().__init__("host")
        self.folder = folder
        self.far = Namespace("far")
        link(self, "wan0", self.far, "eth0")
        link(self, "lan0", self.far, "eth1", a_mac=new_mac())
        self.ip(f"addr add {EDGE}/24 dev wan0\naddr add {OTHER}/24 dev wan0\n"
                f"addr add {EDGE6}/64 dev wan0 nodad\n"
                "addr add 192.168.10.1/24 dev lan0\n"
                f"route add {OUTSIDE} dev wan0\nroute add {OUTSIDE6} dev wan0\n")
        self.far.ip(f"addr add {OUTSIDE}/32 dev eth0\n"
                    f"addr add {INSIDE}/32 dev eth1\n"
                    f"addr add {OUTSIDE6}/128 dev eth0 nodad\n"
                    f"route add {EDGE} dev eth0\nroute add {OTHER} dev eth0\n"
                    f"route add {EDGE6} dev eth0\n"
                    "route add 192.168.10.1 dev eth1\n")
        self.edgectl = Edgectl(self)
        self.file = self.edgectl.file(SITE)
        self.clients = []

    def tool(self, *words):
        return [self.edgectl.program, *map(str, words or ("load", self.file))]

    def server(self, port=22, name="sshd"):
        """A server of this name, of both families, which is nobody's parent."""
        program = self.folder / name
        if not program.exists():
            program.symlink_to(shutil.which("socat"))
        self.start(program, f"TCP6-LISTEN:{port},ipv6only=0,fork,reuseaddr",
                   "PIPE")

    def dial(self, source, address, port=22):
        """A session from there: what SSH_CONNECTION says of it."""
        def connect():
            with self.far.entered():
                try:
                    return socket.create_connection(
                        (address, port), source_address=(source, 0), timeout=60)
                except ConnectionRefusedError:
                    return None
        one = until(connect, f"a connection to {address} port {port}")
        self.clients.append(one)
        return f"{source} {one.getsockname()[1]} {address} {port}"

    def ask(self, variable, *argv):
        """Run argv, edgectl load by default, with SSH_CONNECTION or none."""
        env = ["env", "-u", "SSH_CONNECTION"] if variable is None else \
            ["env", f"SSH_CONNECTION={variable}"]
        return self.run(*env, *(argv or self.tool()), check=False)

    def close(self):
        for one in self.clients:
            one.close()
        self.edgectl("flush")
        self.edgectl.close()
        self.far.close()
        super().close()


@pytest.fixture(name="host")
def fixture_host(nf_edge, tmp_path):
    one = Host(tmp_path)
    yield one
    one.close()


def is_refused(host, done, sentence):
    assert (done.returncode, done.stdout) == (1, ""), done
    assert sentence in done.stderr and "--force" in done.stderr, done.stderr
    assert len([line for line in done.stderr.splitlines()
                if line.startswith("edgectl:")]) == 1
    assert not host.edgectl.status()["loaded"]


def loads(host, done, note=None):
    assert done.returncode == 0, done.stderr
    assert ("could not be told" in done.stderr) == bool(note)
    assert not note or note in done.stderr
    assert host.edgectl.status()["loaded"]


@pytest.mark.parametrize("source, address, port, is_cut", [
    (OUTSIDE, EDGE, 22, "port 22 on wan0: no-row"),
    (OUTSIDE, OTHER, 22, None),
    (OUTSIDE, EDGE, 443, None),
    (OUTSIDE6, EDGE6, 22, "port 22 on wan0: no-row"),
    (OUTSIDE6, EDGE6, 443, None)])
def test_the_session_that_the_variable_names_is_not_cut(host, source, address,
                                                        port, is_cut):
    host.server(port)
    variable = host.dial(source, address, port)
    done = host.ask(variable)
    if not is_cut:
        return loads(host, done)
    is_refused(host, done, OURS)
    assert is_cut in done.stderr and f"from {source}" in done.stderr
    loads(host, host.ask(variable, *host.tool("load", "--force", host.file)))


@pytest.mark.parametrize("way, is_cut", [("lan0", False), ("wan0", True)])
def test_the_session_comes_by_the_device_that_leads_to_its_client(host, way,
                                                                  is_cut):
    """Someone inside dials the outer address, and the other way round."""
    eth = {"lan0": "eth1", "wan0": "eth0"}[way]
    host.ip(f"route add {INSIDE} dev {way}\n")
    host.far.ip(f"route replace {OTHER} dev {eth}\n")
    host.server()
    done = host.ask(host.dial(INSIDE, OTHER))
    if not is_cut:
        return loads(host, done)
    is_refused(host, done, OURS)
    assert f"on {way}: spoofed" in done.stderr


# --- behind sudo, and in a session of its own

def without_the_variable(host, *shells):
    """Shells in a row, the first of which has the variable alone; sudo takes
    the variable away as env -u does."""
    command = shlex.join(["env", "-u", "SSH_CONNECTION", *host.tool()])
    for shell in reversed(shells):
        command = shlex.join(["env", "-u", "SSH_CONNECTION", str(shell), "-c",
                              f"{command}; exit $?"])
    return ["/bin/sh", "-c", f"{command}; exit $?"]


@pytest.mark.parametrize("names, address, is_cut", [
    ([], EDGE, True), (["a) b"], EDGE, True), (["(x", "a) R 1 b"], EDGE, True),
    (["a) b"], OTHER, False)], ids=str)
def test_a_shell_above_has_the_variable(host, tmp_path, names, address, is_cut):
    """Whatever the shells in between are called."""
    shells = [tmp_path / name for name in names]
    for shell in shells:
        shell.symlink_to("/bin/sh")
    host.server()
    done = host.ask(host.dial(OUTSIDE, address),
                    *without_the_variable(host, *shells))
    if not is_cut:
        return loads(host, done)
    is_refused(host, done, OURS)


@pytest.mark.parametrize("address, is_cut", [(EDGE, True), (OTHER, False)])
def test_a_process_above_holds_the_session(host, tmp_path, address, is_cut):
    """No variable is needed: the connection is found at the server above."""
    said = tmp_path / "said"
    command = shlex.join(host.tool())
    script = tmp_path / "session"
    script.write_text(f"#!/bin/sh\n{command} >{said}.new 2>&1\n"
                      f"echo code $? >>{said}.new\nmv {said}.new {said}\n")
    script.chmod(0o755)
    host.start("env", "-u", "SSH_CONNECTION", "socat",
               "TCP-LISTEN:2200,fork,reuseaddr", f"EXEC:{script}")
    host.dial(OUTSIDE, address, 2200)
    until(said.exists, "edgectl ends in its session")
    text = said.read_text()
    assert text.endswith(f"code {int(is_cut)}\n"), text
    assert (f"{OURS} ({EDGE}, port 2200 on wan0" in text) == is_cut
    assert host.edgectl.status()["loaded"] != is_cut


# --- a variable of another day

@pytest.mark.parametrize("live, port, stale, is_cut", [
    (EDGE, 22, f"{OUTSIDE} 1 {OTHER} 22", True),
    (EDGE, 2200, f"{OUTSIDE} 1 {OTHER} 22", True),
    (EDGE, 2200, "nonsense", True),
    (OTHER, 22, f"{OUTSIDE} 1 {EDGE} 22", False)])
def test_a_stale_variable_is_not_believed(host, live, port, stale, is_cut):
    host.server(port)
    host.dial(OUTSIDE, live, port)
    done = host.ask(stale)
    if not is_cut:
        return loads(host, done)
    is_refused(host, done, PERHAPS)
    assert f"({EDGE}, port {port} on wan0: no-row; from {OUTSIDE})" in done.stderr


def test_all_sessions_are_taken_care_of_where_it_may_be_any(host):
    """tmux was begun in one of them, which is alive, and is looked at from
    another one."""
    host.server()
    begun = host.dial(OUTSIDE, OTHER)
    looked = host.dial(OUTSIDE6, EDGE6)
    is_refused(host, host.ask(begun), PERHAPS)
    is_refused(host, host.ask(looked), PERHAPS)
    host.clients.pop().close()
    until(lambda: EDGE6 not in host.run("ss", "-Htn", "state",
                                        "established").stdout,
          "the other session is gone")
    loads(host, host.ask(begun))


def test_no_other_server_s_connection_is_a_session(host):
    host.server(22)
    host.server(8443, name="httpd")
    host.dial(OUTSIDE, OTHER)
    host.dial(OUTSIDE, EDGE, 8443)
    loads(host, host.ask("nonsense"))


def test_what_this_host_dialled_is_no_session(host):
    with host.far.socket(socket.AF_INET) as listener:
        listener.bind((OUTSIDE, 22))
        listener.listen()
        with host.entered():
            with socket.create_connection((OUTSIDE, 22), 60, (EDGE, 0)):
                loads(host, host.ask("nonsense"))


@pytest.mark.parametrize("address, is_cut", [(EDGE, True), (OTHER, False)])
def test_a_variable_that_names_nothing_alive_is_asked_last(host, address,
                                                           is_cut):
    done = host.ask(f"{OUTSIDE} 50000 {address} 22")
    if not is_cut:
        return loads(host, done)
    is_refused(host, done, "names, which is not seen alive here")


# --- who has a terminal, and who has none

@pytest.mark.parametrize("address, is_cut", [(EDGE, True), (OTHER, False)])
def test_from_a_terminal_it_may_be_any_session(host, address, is_cut):
    """As in tmux that was begun at the console: no variable, no server above."""
    host.server()
    host.dial(OUTSIDE, address)
    done = host.ask(None, "script", "-qec", shlex.join(host.tool()), "/dev/null")
    assert done.returncode == is_cut, done
    assert (PERHAPS in done.stdout) == is_cut
    assert host.edgectl.status()["loaded"] != is_cut


def test_what_the_system_runs_asks_for_no_session(host):
    host.server()
    host.dial(OUTSIDE, EDGE)
    loads(host, host.ask(None))


# --- behind NAT

@pytest.mark.parametrize("dialled, port, is_cut", [
    (EDGE, 2222, f"({EDGE}, port 2222 on wan0: no-row"),
    (EDGE, 443, None), (OTHER, 2222, None)])
def test_a_server_behind_nat_is_judged_by_what_the_client_dialled(
        host, dialled, port, is_cut):
    host.nft("table ip t { chain c { type nat hook prerouting priority -100;\n"
             f"ip daddr {dialled} tcp dport {port} dnat to {OTHER}:22; }}; }}")
    host.server()
    source, sport, *_ = host.dial(OUTSIDE, dialled, port).split()
    done = host.ask(f"{source} {sport} {OTHER} 22")
    if not is_cut:
        return loads(host, done)
    is_refused(host, done, OURS)
    assert is_cut in done.stderr


# --- what cannot be asked

@pytest.mark.parametrize("variable", [None, f"{OUTSIDE} 1 {OTHER} 22"])
@pytest.mark.parametrize("address, is_cut", [(EDGE, True), (OTHER, False)])
def test_without_proc_sessions_are_found_all_the_same(host, variable, address,
                                                      is_cut):
    host.server()
    host.dial(OUTSIDE, address)
    done = host.ask(variable, "unshare", "-m", "sh", "-c",
                    f"umount -l /proc && {shlex.join(host.tool())}")
    if not is_cut:
        return loads(host, done)
    is_refused(host, done, PERHAPS)


@pytest.mark.parametrize("named, is_cut", [(EDGE, True), (OTHER, False)])
def test_a_kernel_that_lists_no_sockets_is_named(host, helpers, named, is_cut):
    """The variable is believed then, for want of anything better."""
    host.server()
    variable = host.dial(OUTSIDE, named)
    preload = f"LD_PRELOAD={helpers}/undiagnosed.so"
    done = host.ask(variable, "env", preload, *host.tool())
    if not is_cut:
        return loads(host, done, "the kernel does not list its TCP connections")
    is_refused(host, done, "names, which is not seen alive here")


# --- mode enforce

def test_mode_enforce_cuts_no_session_either(host):
    host.server()
    host.edgectl.load(SITE.but(mode="audit"))
    cut, other = host.dial(OUTSIDE, EDGE), host.dial(OUTSIDE, OTHER)
    ask = host.tool("mode")
    for variable in cut, other, "nonsense":
        done = host.ask(variable, *ask, "enforce")
        assert (done.returncode, done.stdout) == (1, "")
        assert PERHAPS in done.stderr and "--force" in done.stderr
        assert host.edgectl.status()["mode"] == "audit"
    assert host.ask(cut, *ask, "audit").returncode == 0
    assert host.ask(cut, *ask, "enforce", "--force").returncode == 0
    assert host.edgectl.status()["mode"] == "enforce"


def test_a_load_in_audit_cuts_nothing(host):
    host.server()
    variable = host.dial(OUTSIDE, EDGE)
    file = host.edgectl.file(SITE.but(mode="audit"))
    loads(host, host.ask(variable, *host.tool("load", file)))


# --- switches off

ADMIN = SITE.but(
    zones=["external", "site"],
    peers={**SITE.peers, "admins": [OUTSIDE]},
    rows={"ssh": {"service": "access", "in": ["tcp/22"], "peers": ["admins"]}})


@pytest.mark.parametrize("words", [
    ("row", "off", "site/ssh"), ("zone", "off", "site")], ids=" ".join)
def test_a_switch_off_cuts_no_session_either(host, words):
    """Nor with --confirm; a switch that leaves the session alone is made."""
    host.server()
    host.edgectl.load(ADMIN)
    ours = host.dial(OUTSIDE, EDGE)
    generation = host.edgectl.status()["generation"]
    for more in (), ("--confirm", "60"):
        done = host.ask(ours, *host.tool(*words, *more))
        assert (done.returncode, done.stdout) == (1, ""), done
        assert done.stderr == (
            f"edgectl: {' '.join(words)} {OURS} ({EDGE}, port 22 on wan0: "
            f"disabled; from {OUTSIDE}); nothing was changed, --force does it "
            "all the same\n")
    assert host.edgectl.status()["generation"] == generation
    host.clients[-1].send(b"still here")
    assert host.clients[-1].recv(99) == b"still here"
    for twin in ("feature", "off", "remote-access"), ("row", "on", "site/ssh"):
        assert host.ask(ours, *host.tool(*twin)).returncode == 0
    assert host.edgectl.status()["switched"] == ["feature remote-access"]
    assert host.ask(ours, *host.tool(*words, "--force")).returncode == 0
    host.clients[-1].settimeout(1)
    host.clients[-1].send(b"and now?")
    with pytest.raises(TimeoutError):
        host.clients[-1].recv(99)


def test_a_switch_off_in_audit_and_of_a_session_past_the_policy(host):
    host.server()
    host.edgectl.load(ADMIN)
    past = host.dial(OUTSIDE, OTHER)
    assert host.ask(past, *host.tool("row", "off", "site/ssh")).returncode == 0
    host.edgectl.load(ADMIN.but(mode="audit"))
    ours = host.dial(OUTSIDE, EDGE)
    assert host.ask(ours, *host.tool("row", "off", "site/ssh")).returncode == 0
