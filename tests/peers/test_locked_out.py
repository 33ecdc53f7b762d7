# SPDX-License-Identifier: GPL-2.0-only
"""An operator locks himself out on purpose, in every way that he could think of,
and is back in after the deadline: OpenSSH, on an appliance that is an Edge
itself, so that the policy decides about his own session.

    office, eth1 192.168.10.70 --- lan0 172.25.33.10, the internal address
            eth0 198.51.100.7 ---- wan0 131.107.155.10, the Access Edge

He comes in by a row of the site's own (port 22 of the internal address), or by
a row of the document (port 443 of the Access Edge)."""

import contextlib
import json
import os
import pathlib
import select
import shlex
import signal
import subprocess
from typing import NamedTuple

import pytest

from edgectl import Config, Edgectl
from netns import Namespace, link, new_mac, until
from wire import Client

DEADLINES = (2, 4, 8, 16, 32, 64)      # seconds; the longer ones on a busy machine
PATIENCE = 120                      # until a program counts as one that hangs
WAITING = pathlib.Path("/etc/nf_edge/edge.conf.waiting")

ACCESS, INTERNAL = "131.107.155.10", "172.25.33.10"
OUTSIDE, ADMIN = "198.51.100.7", "192.168.10.70"
DOORS = {"site row": (INTERNAL, 22), "document row": (ACCESS, 443)}


def some(ways, *short):
    """The names of the ways to try: logins take time."""
    return list(ways) if os.environ.get("NF_EDGE_WHOLE") else short


SSH = {"service": "internal", "in": ["tcp/22"], "peers": ["admins"]}
BASE = Config(
    zones=["external", "site"], features=["remote-access"],
    interfaces={"wan0": ["external"], "lan0": ["internal"]},
    nodes={"edge1": {"access": [ACCESS], "internal": [INTERNAL]}},
    peers={"internal-networks": ["192.168.10.0/24"], "admins": [ADMIN]},
    rows={"ssh": SSH})
FORGOTTEN = BASE.but(rows={}, zones=["external"], peers={"admins": None})

SSHD = """
ListenAddress 0.0.0.0:22
ListenAddress 0.0.0.0:443
HostKey {folder}/host
AuthorizedKeysFile {folder}/operator.pub
PidFile none
UsePAM no
StrictModes no
PermitRootLogin yes
UseDNS no
MaxStartups 100
SetEnv HOME={folder} NF_EDGE_STATE={state}
"""


class Session:
    """A login that runs a command, and what the command has printed so far."""

    def __init__(self, process):
        self.process = process
        self.printed = ""
        os.set_blocking(process.stdout.fileno(), False)

    def types(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def says(self, text):
        """Wait until it has printed this; returns what stands before."""
        def found():
            if select.select([self.process.stdout], [], [], 0.1)[0]:
                more = os.read(self.process.stdout.fileno(), 1 << 16).decode()
                self.printed += more
                assert more or text in self.printed, f"it ended: {self.printed}"
            return text in self.printed
        until(found, f"{text!r}", PATIENCE)
        before, _, self.printed = self.printed.partition(text)
        return before

    def close(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)
        for stream in self.process.stdin, self.process.stdout:
            with contextlib.suppress(OSError):
                stream.close()


class Host(Namespace):
    """The appliance with sshd, and the office."""

    def __init__(self, folder):
        super().__init__("host")
        self.folder = folder
        self.office = Namespace("office")
        link(self, "wan0", self.office, "eth0")
        link(self, "lan0", self.office, "eth1", a_mac=new_mac())
        self.ip(f"addr add {ACCESS}/24 dev wan0\naddr add {INTERNAL}/24 dev lan0\n"
                f"route add {OUTSIDE} dev wan0\nroute add {ADMIN} dev lan0\n")
        self.office.ip(f"addr add {OUTSIDE}/32 dev eth0\naddr add {ADMIN}/32 dev eth1\n")
        self.roads()
        self.edgectl = Edgectl(self)
        self.sessions = []
        self.serve()
        self.client = Client(self)

    def roads(self):
        self.office.ip(f"route replace {ACCESS} dev eth0 src {OUTSIDE}\n"
                       f"route replace {INTERNAL} dev eth1 src {ADMIN}\n")

    def serve(self):
        for name in "host", "operator":
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                            self.folder / name], check=True, timeout=PATIENCE)
        file = self.folder / "sshd_config"
        file.write_text(SSHD.format(folder=self.folder, state=os.environ["NF_EDGE_STATE"]),
                        encoding="utf-8")
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)
        self.log = self.folder / "sshd.log"
        self.start("/usr/sbin/sshd", "-D", "-E", self.log, "-f", file)
        until(lambda: self.log.exists() and "port 443" in self.log.read_text(), "sshd listens",
              PATIENCE)

    # --- what the operator does

    def ssh(self, door, command, timeout):
        address, port = DOORS[door]
        return ["ssh", "-F", "/dev/null", "-i", self.folder / "operator", "-T", "-p", port,
                "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                "-o", "BatchMode=yes", "-o", "ControlMaster=no", "-o", "IdentityAgent=none",
                "-o", "GSSAPIAuthentication=no", "-o", "LogLevel=ERROR",
                "-o", f"ConnectTimeout={timeout}", f"root@{address}", command]

    def login(self, door, command):
        """Log in and run a command, which may go on."""
        session = Session(self.office.start(
            *self.ssh(door, command, 60), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True))
        self.sessions.append(session)
        return session

    def gets_in(self, door, timeout):
        """Whether a login comes about in so many seconds."""
        return self.office.run(*self.ssh(door, "true", timeout), check=False,
                               timeout=PATIENCE).returncode == 0

    # --- what the console sees

    def generation(self):
        return self.client.do("status-get")["generation"]

    def waits(self):
        return "confirm-left" in self.client.do("status-get")

    def policy(self):
        """All that is in force, but for its number."""
        status, parts = self.client.whole_policy()
        return ({k: v for k, v in status.items() if not k.startswith(("generation", "conntrack"))},
                {name: [{k: v for k, v in one.items() if k != "generation"} for one in replies]
                 for name, replies in parts.items()})

    def reset(self, config):
        self.edgectl("rollback", check=False)
        self.edgectl("flush")
        if config:
            self.edgectl.load(config)

    def tidy(self):
        for session in self.sessions:
            session.close()
        self.sessions.clear()
        WAITING.unlink(missing_ok=True)

    def close(self):
        self.tidy()
        self.client.close()
        self.edgectl("rollback", check=False)
        self.edgectl("flush")
        self.office.close()
        super().close()


@pytest.fixture(scope="module", name="host")
def one_host(module, tmp_path_factory):
    assert os.path.ismount("/etc/nf_edge"), "run this by scripts/vm"
    host = Host(tmp_path_factory.mktemp("ssh"))
    yield host
    host.close()


@pytest.fixture(autouse=True)
def tidy(host):
    yield
    host.tidy()


# --- the ways

class Way(NamedTuple):
    """What he does: {load} loads the file `change`, {wait} is --confirm or nothing."""
    does: str = "{load} {wait} {file}"
    change: Config = FORGOTTEN
    before: Config | None = BASE
    door: str = "site row"
    reason: str = None          # of the packets of his that are dropped, None for not cut

    def command(self, host, wait):
        tool = shlex.quote(host.edgectl.program)
        return self.does.format(load=f"{tool} load --force", tool=tool, wait=wait,
                                file=host.edgectl.file(self.change, "new.conf"))


def other(**changes):
    return BASE.but(**changes)


CUTTING = {
    "his own row forgotten": Way(reason="no-row"),
    "wrong peers": Way(change=other(peers={"admins": ["192.168.10.71"]}), reason="peer"),
    "wrong port": Way(change=other(rows={"ssh": {**SSH, "in": ["tcp/2222"]}}), reason="no-row"),
    "sides exchanged": Way(change=other(interfaces={"wan0": ["internal"], "lan0": ["external"]}),
                           reason="spoofed"),
    "an interface of another name": Way(
        change=other(interfaces={"wan0": ["external"], "lan1": ["internal"]}), reason="interface"),
    "his own address given to a node": Way(change=other(
        nodes={**BASE.nodes, "edge2": {"internal": [ADMIN]}},
        peers={"admins": ["192.168.10.0/24"]}), reason="no-row"),
    "the address of another service": Way(
        change=other(nodes={"edge1": {"access": [ACCESS], "av": [INTERNAL]}}), reason="no-row"),
    "mode enforce": Way("{tool} mode enforce --force {wait}",
                        before=FORGOTTEN.but(mode="audit"), reason="no-row"),
    "the zone off": Way("{tool} zone off --force site {wait}", reason="disabled"),
    "the row off": Way("{tool} row off --force site/ssh {wait}", reason="disabled"),
    "the feature off": Way("{tool} feature off --force remote-access {wait}", door="document row",
                           reason="disabled"),
    "the port moved": Way(change=other(ports={"access-client": 4443}), door="document row",
                          reason="no-row"),
    "the first policy of all": Way(before=None, reason="no-row"),
}


def begin(host, way, seconds):
    """He logs in and makes the change. (generation before, his session)."""
    host.reset(way.before)
    generation = host.generation()
    session = host.login(way.door, f"{way.command(host, f'--confirm {seconds}s')} 2>&1; "
                                   "read line; $line 2>&1; echo over")
    until(lambda: host.generation() > generation, f"it is in force; {session.printed}", PATIENCE)
    assert host.generation() - generation in (1, 2)
    return generation, session


def is_cut(host, way):
    """Try once to get in while the change waits: True when that fails and his packets
    are dropped for the reason, None when the time was up before that was seen."""
    dropped = host.edgectl.watch()
    got_in, drops = host.gets_in(way.door, 1), dropped.delta().drops
    if not host.waits():
        return None
    assert not got_in, "he is not cut, while the change waits"
    assert way.reason in drops, drops
    return True


def is_back(host, way, generation, policy):
    """The deadline is over: his first attempt to log in succeeds, and he sees what
    happened. Returns his session, which goes on with a line that he types."""
    until(lambda: not host.waits(), "the time is up", PATIENCE)
    assert host.generation() == generation + 2
    assert host.policy() == policy
    tool = shlex.quote(host.edgectl.program)
    session = host.login(way.door, f"{tool} show status --json; echo; echo and; "
                                   f"{tool} history --json; echo; echo over; read line; $line")
    status = json.loads(session.says("\nand\n"))
    history = json.loads(session.says("\nover\n"))
    assert status["pending"] is None and status["generation"] == generation + 2
    assert status["loaded"] == bool(way.before) and not status["switched"]
    if "{load}" in way.does:
        states = [one["state"] for one in history["entries"]
                  if one["generation"] == generation + 1]
        # A tool that was killed may not have come to write its entry.
        assert states == ["taken-back"] or not states and "kill -9 $!" in way.does
    if way.before:
        assert status["mode"] == way.before.mode
    return session


def lock_out(host, way):
    """With longer deadlines until there was time enough to see that he is cut."""
    for seconds in DEADLINES:
        host.reset(way.before)
        policy = host.policy()
        generation, _ = begin(host, way, seconds)
        if is_cut(host, way):
            return seconds, is_back(host, way, generation, policy)
        host.tidy()
    raise AssertionError("it takes minutes to log in")


@pytest.mark.parametrize("name", some(CUTTING, "his own row forgotten", "the row off"))
def test_he_is_back_in_and_without_a_deadline_stays_out(host, name):
    way = CUTTING[name]
    seconds, session = lock_out(host, way)
    # The twin: the same by the same session, for good.
    generation = host.generation()
    session.types(way.command(host, ""))
    until(lambda: host.generation() > generation, "it is in force", PATIENCE)
    assert not host.waits()
    assert not host.gets_in(way.door, seconds + 1)
    assert host.generation() == generation + 1


# --- and what befalls him on the way

def kill_client(_host, session):
    os.killpg(session.process.pid, signal.SIGKILL)


def pull_cable(host, _session):
    host.office.ip("link set eth1 down\n")


def plug_in(host):
    host.office.ip("link set eth1 up\n")
    host.roads()


BEFALLS = {
    "his ssh is killed": (Way(), kill_client, None),
    "his link goes down": (Way(), pull_cable, plug_in),
    "his session on the appliance is killed": (
        Way("{load} {wait} {file}; kill -9 $PPID"), None, None),
    "the tool is killed": (
        Way("{load} {wait} {file} & until {tool} show status | grep -q pending; do sleep .1; done; "
            "kill -9 $!"), None, None),
    "his shell dies, and the load goes on": (
        Way("nohup {load} {wait} {file} >/dev/null & kill -9 $$"), None, None),
    "nothing is cut, and he forgets to confirm": (
        Way(change=other(ping=["internal"])), None, None),
}


@pytest.mark.parametrize("name", some(BEFALLS, "his ssh is killed"))
def test_he_is_back_in_whatever_befalls_him(host, name):
    way, does, undoes = BEFALLS[name]
    host.reset(way.before)
    policy = host.policy()
    generation, session = begin(host, way, DEADLINES[0])
    if does:
        does(host, session)
    until(lambda: not host.waits(), "the time is up", PATIENCE)
    if undoes:
        undoes(host)
    is_back(host, way, generation, policy)


def test_what_he_typed_while_cut_confirms_nothing(host):
    """His keystrokes arrive once both policies know his connection: too late."""
    for seconds in DEADLINES:
        host.reset(BASE)
        policy = host.policy()
        generation, session = begin(host, Way(), seconds)
        session.types(f"{host.edgectl.program} confirm {generation + 1}")
        if host.waits():
            break
        host.tidy()
    assert "no change waits for its confirmation" in session.says("over\n")
    assert host.generation() == generation + 2 and host.policy() == policy


def test_he_is_asked_before_his_session_is_cut(host):
    """Without --force, nothing is done; and he is not asked where he stays in."""
    host.reset(BASE)
    generation = host.generation()
    tool, file = host.edgectl.program, host.edgectl.file(FORGOTTEN, "new.conf")
    good = host.edgectl.file(other(ping=["internal"]), "good.conf")
    session = host.login("site row", f"{tool} load {file} 2>&1; {tool} load {file} --confirm 3s "
                                     f"2>&1; echo and; {tool} load {good} 2>&1; echo over")
    said = session.says("and\n")
    assert said.count("would cut the SSH session that this runs in") == 2, said
    said = session.says("over\n")
    assert f"mode enforce, generation {generation + 1}\n" in said, said
