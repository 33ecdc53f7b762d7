# SPDX-License-Identifier: GPL-2.0-only
"""examples/ansible, played by the real ansible-playbook over SSH on two appliances
with the module: what a play changes, and how it ends when something fails.

The machine that Ansible runs on is the host "inet" of pair.py. Its address of each
node's own route (HEALTH) leads through that node to the Edge."""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess

import pytest

from netlib import until
from netns import PATIENCE
from pair import Pair
from topology import node as services_of
from topology import reference

pytestmark = [pytest.mark.whole, pytest.mark.skipif(
    not all(map(shutil.which, ("ansible-playbook", "sshd"))),
    reason="Ansible and sshd are not there: scripts/deps fleet")]

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples/ansible"
EDGE, PORT = "131.107.155.10", 443
NODES = ("edge-b", "edge-a")        # in the order of the roll-out
WAN = {"edge-b": "192.0.2.11", "edge-a": "192.0.2.12"}
HEALTH = {"edge-b": "198.51.100.7", "edge-a": "203.0.113.9"}
BACK = {"edge-b": "131.107.155.251", "edge-a": "131.107.155.252"}

SSHD = """
ListenAddress {address}
HostKey {folder}/host
AuthorizedKeysFile {folder}/operator.pub
PidFile none
UsePAM no
StrictModes no
PermitRootLogin yes
UseDNS no
Subsystem sftp internal-sftp
"""

# Says when it has begun, and does not end before it may.
SCRIPT = """#!/bin/sh
echo "$1" >> {folder}/began
[ ! -e {folder}/wait ] || until [ -e {folder}/go ]; do sleep 0.1; done
exec nc -z -w 30 -s "$1" {edge} {port}
"""

# Of an older repository: another partner.
START = reference(peers={"federation-partners": ["203.0.113.64/28"], "frontend": None},
                  nodes={"edge1": services_of("edge1")})
CLOSED = {"templates/edge.conf.j2": {"features = { remote-access, ": "features = { "}}
BROKEN = {"templates/edge.conf.j2": {"mode     = enforce": "mode     = enforced"}}


class Played:
    """How a play ended."""

    def __init__(self, done):
        self.code, self.said = done.returncode, done.stdout + done.stderr
        self.recap = {name: {k: int(v) for k, v in re.findall(r"(\w+)=(\d+)", rest)}
                      for name, rest in re.findall(r"^(edge-\w)\s+: (ok=.*)$", done.stdout, re.M)}

    def changed(self):
        return {name: recap["changed"] for name, recap in self.recap.items()}


class Fleet:
    """The two nodes, and the repository that is played on them."""

    def __init__(self, pair, folder):
        self.pair, self.folder = pair, folder
        self.control = pair.spaces["inet"]
        self.nodes = dict(zip(NODES, pair.nodes))
        for name in "host", "operator":
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name],
                           check=True, timeout=PATIENCE)
        script = folder / "health"
        script.write_text(SCRIPT.format(folder=folder, edge=EDGE, port=PORT), encoding="utf-8")
        script.chmod(0o755)
        self.program = pair.edgectl.program
        pair.config = START
        for name, node in self.nodes.items():
            node.settle()
            node.path("/run/sshd").mkdir()
            (folder / f"{name}.sshd").write_text(
                SSHD.format(address=WAN[name], folder=folder), encoding="utf-8")
            node.start("/usr/sbin/sshd", "-D", "-e", "-f", folder / f"{name}.sshd")
        self._lay_routes()
        self.listener = pair.spaces["edge1"].socket(socket.AF_INET)
        self.listener.bind((EDGE, PORT))
        self.listener.listen(1000)

    def _lay_routes(self):
        for table, name in enumerate(NODES, 101):
            self.control.ip(f"route add {WAN[name]} dev eth0 src 198.51.100.10\n"
                            f"rule add from {HEALTH[name]} lookup {table}\n"
                            f"route add default via {WAN[name]} dev eth0 onlink table {table}\n")
            mac = self.nodes[name].macs["dmz"]
            self.pair.spaces["edge1"].ip(
                f"neigh replace {BACK[name]} lladdr {mac} dev eth0 nud permanent\n"
                f"route add {HEALTH[name]} via {BACK[name]} dev eth0 onlink\n")

    def begin(self):
        """A repository like the sample, and two nodes with an older policy."""
        for name in "began", "wait", "go":
            (self.folder / name).unlink(missing_ok=True)
        shutil.rmtree(self.folder / "edge", ignore_errors=True)
        self.repository = shutil.copytree(EXAMPLE, self.folder / "edge")
        (self.repository / "group_vars/edge.yml").unlink()
        hosts = {name: {"ansible_host": WAN[name], "health_source": HEALTH[name]}
                 for name in NODES}
        # JSON is YAML.
        (self.repository / "inventory.yml").write_text(json.dumps({"edge": {"hosts": hosts}}),
                                                       encoding="utf-8")
        self.before = {}
        for node in self.nodes.values():
            node.edgectl("rollback", check=False)
            node.edgectl("flush")
            for folder in "/etc/nf_edge", "/var/lib/nf_edge":
                for path in node.path(folder).iterdir():
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
            node.give_policy()
            node.load()
            self.before[node] = self.state(node)

    def edits(self, changes):
        """Of files of the repository, what is put in place of what."""
        for name, lines in changes.items():
            path = self.repository / name
            text = path.read_text(encoding="utf-8")
            for old, new in lines.items():
                assert old in text, (name, old)
                text = text.replace(old, new)
            path.write_text(text, encoding="utf-8")

    def _command(self, words, variables):
        variables = {
            "nf_edge_edgectl": self.program, "nf_edge_health_from": "localhost",
            "nf_edge_health": f"{self.folder}/health {{{{ health_source }}}}",
            "ansible_user": "root", "ansible_python_interpreter": "/usr/bin/python3",
            "ansible_ssh_private_key_file": str(self.folder / "operator"),
            "ansible_remote_tmp": "/run/ansible"} | variables
        return (["ansible-playbook", "-i", "inventory.yml", "site.yml", "-e",
                 json.dumps(variables), *words],
                {"cwd": self.repository, "env": os.environ | {
                    "HOME": str(self.folder), "ANSIBLE_HOME": str(self.folder / "ansible"),
                    "ANSIBLE_HOST_KEY_CHECKING": "False", "ANSIBLE_PIPELINING": "True",
                    # No socket can be in a folder that the machine shares.
                    "ANSIBLE_SSH_CONTROL_PATH_DIR": "/dev/shm/ansible",
                    "ANSIBLE_NOCOLOR": "1", "ANSIBLE_SSH_TIMEOUT": "60", "LC_ALL": "C.UTF-8",
                    "ANSIBLE_SSH_COMMON_ARGS": "-F /dev/null -o UserKnownHostsFile=/dev/null"},
                 "text": True, "stdin": subprocess.DEVNULL})

    def plays(self, *words, **variables):
        command, options = self._command(words, variables)
        with self.control.entered():
            return Played(subprocess.run(command, capture_output=True, check=False,
                                         timeout=PATIENCE, **options))

    def starts(self, **variables):
        """A play whose health command has begun, and waits."""
        (self.folder / "wait").touch()
        command, options = self._command((), variables)
        child = self.control.start(*command, start_new_session=True, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, **options)
        until(lambda: (self.folder / "began").exists() or child.poll() is not None,
              "the health command begins", PATIENCE)
        assert child.poll() is None, child.communicate()
        return child

    @staticmethod
    def state(node):
        """What a play may change: (policy in force, its number, files)."""
        status = node.edgectl.status()
        assert status["pending"] is None, status
        return node.hash(), status["generation"], {
            path.name: path.read_text(encoding="utf-8")
            for path in node.path("/etc/nf_edge").iterdir() if path.is_file()}

    def changed_nothing(self, *names):
        for name in names:
            assert self.state(self.nodes[name]) == self.before[self.nodes[name]], name

    def went_back(self, name):
        """The policy is the one of before, and so is what the next boot loads."""
        node = self.nodes[name]
        until(lambda: not node.edgectl.status()["pending"], f"{name} takes it back", PATIENCE)
        policy, generation, files = self.state(node)
        assert policy == self.before[node][0] and generation > self.before[node][1]
        assert files["edge.conf"] == self.before[node][2]["edge.conf"]

    def confirmed(self, *names):
        """In force is what the next boot loads, and it is not what was."""
        for name in names:
            node = self.nodes[name]
            policy, _, files = self.state(node)
            assert policy != self.before[node][0]
            file = node.path("/etc/nf_edge/edge.conf")
            assert policy == node.edgectl.json("show", "hash", file)["all"]
            assert "edge.conf.new" not in files or files["edge.conf.new"] == files["edge.conf"]
            self.before[node] = self.state(node)


@pytest.fixture(scope="module")
def built_fleet(nf_edge, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fleet")
    pair = Pair(folder)
    fleet = Fleet(pair, folder)
    yield fleet
    fleet.listener.close()
    pair.close()


@pytest.fixture
def fleet(built_fleet):
    built_fleet.begin()
    return built_fleet


def test_a_play_changes_and_confirms_and_the_next_changes_nothing(fleet):
    looked = fleet.plays("--check", "--diff")
    assert looked.code == 0, looked.said
    assert set(looked.changed()) == set(NODES) and all(looked.changed().values())
    assert "+peers federation-partners" in looked.said and "feature" in looked.said
    fleet.changed_nothing(*NODES)

    first = fleet.plays()
    assert first.code == 0, first.said
    assert set(first.changed()) == set(NODES) and all(first.changed().values())
    fleet.confirmed(*NODES)

    second = fleet.plays()
    assert second.code == 0, second.said
    assert second.changed() == dict.fromkeys(NODES, 0), second.said
    fleet.changed_nothing(*NODES)

    # A switch by hand on one node is a change there, and only there.
    fleet.nodes["edge-a"].edgectl("mode", "audit", "--force")
    third = fleet.plays("--check", "--diff")
    assert third.code == 0, third.said
    assert third.changed()["edge-b"] == 0 < third.changed()["edge-a"], third.said
    fleet.changed_nothing("edge-b")
    assert fleet.nodes["edge-a"].edgectl.status()["mode"] == "audit"


def test_the_first_node_that_fails_goes_back_and_ends_the_roll_out(fleet):
    """The new policy closes what the health command needs. It does not wait for
    its deadline."""
    fleet.edits(CLOSED)
    played = fleet.plays(nf_edge_confirm="24h")
    assert played.code, played.said
    assert list(played.recap) == ["edge-b"] and played.recap["edge-b"]["failed"] == 1
    assert "edge-b keeps the policy that it had: Verify that the site works" in played.said
    assert not fleet.nodes["edge-b"].edgectl.status()["pending"]
    fleet.went_back("edge-b")
    fleet.changed_nothing("edge-a")
    # The same policy, where the command needs less.
    played = fleet.plays(nf_edge_health="true")
    assert played.code == 0, played.said
    fleet.confirmed(*NODES)


def test_a_play_that_is_killed_is_taken_back_by_its_deadline(fleet):
    child = fleet.starts(nf_edge_confirm="30s")
    node = fleet.nodes["edge-b"]
    in_force = node.hash()
    os.killpg(child.pid, signal.SIGKILL)
    child.communicate()
    assert in_force != fleet.before[node][0], "the new policy was in force"
    fleet.went_back("edge-b")
    fleet.changed_nothing("edge-a")
    # The next play is like any other.
    (fleet.folder / "wait").unlink()
    played = fleet.plays()
    assert played.code == 0, played.said
    fleet.confirmed(*NODES)


def test_a_late_confirmation_is_refused(fleet):
    child = fleet.starts(nf_edge_confirm="2s")
    fleet.went_back("edge-b")
    (fleet.folder / "go").touch()
    said, _ = child.communicate(timeout=PATIENCE)
    assert child.returncode, said
    assert "edge-b keeps the policy that it had: Confirm the policy" in said
    fleet.went_back("edge-b")
    fleet.changed_nothing("edge-a")
    # The twin is in time.
    for name in "go", "began":
        (fleet.folder / name).unlink()
    child = fleet.starts(nf_edge_confirm="10m")
    (fleet.folder / "go").touch()
    said, _ = child.communicate(timeout=PATIENCE)
    assert child.returncode == 0, said
    fleet.confirmed(*NODES)


def test_a_node_that_cannot_be_reached_goes_back(fleet):
    """Its cable is out after the load: nobody can confirm, or take it back."""
    child = fleet.starts(nf_edge_confirm="30s", nf_edge_health=f"{fleet.folder}/health 203.0.113.9")
    node = fleet.nodes["edge-b"]
    node.cables("down", "wan")
    (fleet.folder / "go").touch()
    said, _ = child.communicate(timeout=PATIENCE)
    node.cables("up", "wan")
    assert child.returncode, said
    assert re.search(r"^edge-b .*unreachable=1", said, re.M)
    assert not re.search("^edge-a ", said, re.M)
    fleet.went_back("edge-b")
    fleet.changed_nothing("edge-a")


def test_a_broken_text_is_not_written(fleet):
    fleet.edits(BROKEN)
    played = fleet.plays()
    assert played.code and list(played.recap) == ["edge-b"]
    assert re.search(r"/etc/nf_edge/edge\.conf:\d+", played.said) and "enforced" in played.said
    fleet.changed_nothing(*NODES)


def test_a_change_of_somebody_else_is_left_alone(fleet):
    node = fleet.nodes["edge-b"]
    node.edgectl("mode", "audit", "--confirm", "1h")
    generation = node.edgectl.status()["generation"]
    played = fleet.plays()
    assert played.code and list(played.recap) == ["edge-b"], played.said
    status = node.edgectl.status()
    assert status["pending"] and status["generation"] == generation and status["mode"] == "audit"
    fleet.changed_nothing("edge-a")
    node.edgectl("rollback")
    played = fleet.plays()
    assert played.code == 0, played.said
    fleet.confirmed(*NODES)
