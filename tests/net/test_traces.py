# SPDX-License-Identifier: GPL-2.0-only
"""Traces of a change: an entry of the history for each load, a line of the journal
for each change. What changes nothing leaves none."""

import json
import os
import pathlib
import select
import socket
import stat
import subprocess

import pytest

from netlib import reference, until

PREFIXES = ["192.0.2.0/24", "198.51.100.0/25"]
LOGGER = "/dev/log"


@pytest.fixture
def state(tmp_path, monkeypatch):
    """A history of this test alone."""
    monkeypatch.setenv("NF_EDGE_STATE", str(tmp_path / "state"))
    return tmp_path / "state" / "history"


@pytest.fixture
def bare(net, state):
    """The site without a policy, and without a history."""
    net.edgectl("flush")
    return net


@pytest.fixture
def boot_folder():
    """A folder of this test alone, where load --confirm keeps its file."""
    folder = pathlib.Path("/etc/nf_edge")
    made = not folder.exists()
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "none", folder], check=True)
    yield
    subprocess.run(["umount", folder], check=True)
    if made:
        folder.rmdir()


class Logger:
    """A logger at /dev/log."""

    def __init__(self):
        assert not pathlib.Path(LOGGER).exists(), "a test kernel has no logger"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(LOGGER)

    def lines(self):
        """The datagrams so far."""
        found = []
        while select.select([self.socket], [], [], 0)[0]:
            found.append(self.socket.recv(65536).decode())
        return found

    def close(self):
        self.socket.close()
        os.unlink(LOGGER)


@pytest.fixture
def logger():
    log = Logger()
    yield log
    log.close()


def listed(net):
    """A configuration whose federation partners stand in a file of their own."""
    net.edgectl.file("\n".join(PREFIXES) + "\n", "partners.txt")
    text = str(reference(peers={"federation-partners": None}))
    return net.edgectl.file(
        text + "peers federation-partners { file = partners.txt }\n", "listed.conf")


def hash_of(net, *words):
    return net.edgectl.json("show", "hash", *words)["all"]


def history(net):
    return net.edgectl.json("history")


def states(net):
    return {e["number"]: e["state"] for e in history(net)["entries"]}


# --- history

def test_each_load_is_an_entry(bare, state):
    net = bare
    assert history(net)["entries"] == [] and not state.exists()
    file = listed(net)
    net.edgectl("load", file)
    first, = history(net)["entries"]
    assert (first["number"], first["file"], first["mode"]) == (1, str(file), "enforce")
    assert first["hash"] == hash_of(net) == hash_of(net, file)
    assert first["generation"] == net.edgectl.status()["generation"]
    assert first["who"] == "root" and first["uid"] == 0 and first["rollback_to"] is None
    assert history(net)["in_force"] == 1
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert {stat.S_IMODE(f.stat().st_mode) for f in state.iterdir()} == {0o600}
    # Neither a load that changes nothing, nor a refused one, nor a switch.
    net.edgectl("load", file)
    net.edgectl.load("mode = enforce\n", check=False)
    net.edgectl("check", file)
    net.edgectl.zone("off", "pic")
    assert list(states(net)) == [1]
    # A switch is undone by the next load, which is one.
    assert states(net) == {1: "in-force"}
    net.edgectl("load", file)
    assert states(net) == {1: "past", 2: "in-force"}
    net.edgectl("flush")
    assert states(net) == {1: "past", 2: "past"}
    assert history(net)["in_force"] is None


def test_a_rollback_loads_what_was_loaded(bare):
    net = bare
    file = listed(net)
    net.edgectl("load", file)
    before = hash_of(net)
    # The list changes under the same name, and the file too.
    net.edgectl.file("203.0.113.0/24\n", "partners.txt")
    net.edgectl("load", file)
    assert hash_of(net) != before
    file.unlink()
    done = net.edgectl("rollback", "1")
    assert "peers federation-partners: 2 prefixes added, 1 removed" in done.stdout
    assert hash_of(net) == before == hash_of(net, "history:1")
    entries = history(net)["entries"]
    assert [e["rollback_to"] for e in entries] == [None, None, 1]
    assert entries[2]["hash"] == entries[0]["hash"] == before
    assert history(net)["in_force"] == 3
    assert "rollback to 1" in net.edgectl("history").stdout
    shown = net.edgectl.json("show", "config")["peers"]["federation-partners"]
    assert shown == PREFIXES
    # The entry of the list's new text is there still: the twin.
    net.edgectl("rollback", "2")
    assert net.edgectl.json("show", "config")["peers"]["federation-partners"] == ["203.0.113.0/24"]


def test_an_entry_is_a_configuration_like_any(bare):
    net = bare
    file = listed(net)
    net.edgectl("load", file)
    text = net.edgectl("history", "1").stdout
    net.edgectl.load(reference(mode="audit"))
    assert "mode: enforce, was audit" in net.edgectl("check", "history:1").stdout
    net.edgectl("load", net.edgectl.file(text, "copy.conf"))
    assert history(net)["entries"][2]["hash"] == history(net)["entries"][0]["hash"]
    answer = net.edgectl.json("history", "1")
    assert answer["configuration"] == text and answer["number"] == 1
    for word in "9", "0", "x":
        assert net.edgectl("check", f"history:{word}", check=False).returncode == 1
    for word, code in ("9", 1), ("0", 2), ("x", 2):
        for verb in "rollback", "history":
            done = net.edgectl(verb, word, check=False)
            assert done.returncode == code and not done.stdout, (verb, word, done)


def test_an_entry_that_was_changed_is_not_loaded(bare, state):
    net = bare
    net.edgectl("load", listed(net))
    net.edgectl.load(reference(mode="audit"))
    path = state / "1.conf"
    text = path.read_text()
    path.write_text(text.replace("192.0.2.0/24", "0.0.0.0/0"))
    before = net.edgectl.status()["generation"]
    done = net.edgectl("rollback", "1", check=False)
    assert done.returncode == 1 and "is another policy than the one that was loaded" in done.stderr
    assert net.edgectl.status()["generation"] == before
    path.write_text(text)
    net.edgectl("rollback", "1")


def test_what_was_not_confirmed_is_told_so(bare, boot_folder):
    net = bare
    net.edgectl.load(reference())
    other = net.edgectl.file(reference(mode="audit"), "other.conf")
    net.edgectl("load", "--confirm", "10m", other)
    assert states(net) == {1: "past", 2: "waiting"}
    assert "taken back in" in net.edgectl("history").stdout
    net.edgectl("rollback")
    assert states(net) == {1: "in-force", 2: "taken-back"}
    # The kernel takes back what nobody answers.
    net.edgectl("load", "--confirm", "1s", other)
    until(lambda: net.edgectl.status()["mode"] == "enforce", "the load is taken back")
    assert states(net) == {1: "in-force", 2: "taken-back", 3: "taken-back"}


def test_a_load_stands_that_the_history_cannot_hold(bare, state):
    net = bare
    state.parent.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "none", state.parent], check=True)
    try:
        done = net.edgectl.load(reference())
        assert done.stderr.count("the history has no entry of it") == 1
        assert "mount it writable" in done.stderr
        assert net.edgectl.status()["loaded"]
        subprocess.run(["mount", "-o", "remount,rw,size=8k", state.parent], check=True)
        state.mkdir(mode=0o700)
        (state / "fill").write_bytes(b"x" * 4096)
        done = net.edgectl.load(reference(mode="audit"))
        assert "No space left on device; free space there" in done.stderr
        assert net.edgectl.status()["mode"] == "audit"
        assert states(net) == {}
        # The twin: with space, an entry.
        subprocess.run(["mount", "-o", "remount,size=1m", state.parent], check=True)
        assert "history" not in net.edgectl.load(reference()).stderr
        assert states(net) == {1: "in-force"}
    finally:
        subprocess.run(["umount", state.parent], check=True)


def test_two_namespaces_share_one_history(bare, state):
    net = bare
    net.edgectl.load(reference())
    facts = state / "1.json"
    answer = json.loads(facts.read_text())
    facts.write_text(json.dumps(answer | {"netns": 1}))
    assert states(net) == {1: "elsewhere"}
    facts.write_text(json.dumps(answer | {"boot": "another"}))
    assert states(net) == {1: "ended"}
    facts.write_text(json.dumps(answer))
    assert states(net) == {1: "in-force"}
    facts.write_text("{")
    done = net.edgectl("history")
    assert "history 1: " in done.stderr and "1.json" in done.stderr
    assert history(net)["unreadable"][0]["number"] == 1


# --- journal

def test_each_change_is_a_line_of_the_journal(bare, boot_folder, logger):
    net = bare
    file = net.edgectl.file(reference())
    net.edgectl("load", file)
    line, = logger.lines()
    # authpriv.notice
    assert line.startswith("<85>") and "edgectl[" in line
    status = net.edgectl.status()
    assert f": root loaded {file}: generation {status['generation']}, mode enforce, sha256 " \
        f"{hash_of(net)}, history 1" in line
    net.edgectl.zone("off", "pic")
    net.edgectl("row", "off", "external/1", "external/2")
    net.edgectl("mode", "audit")
    net.edgectl("load", "--confirm", "10m", net.edgectl.file(reference(mode="audit"), "b.conf"))
    net.edgectl("rollback")
    net.edgectl("mode", "enforce", "--confirm", "10m")
    net.edgectl("confirm")
    net.edgectl("rollback", "1")
    net.edgectl("flush")
    said = [line.partition("]: root ")[2] for line in logger.lines()]
    starts = ["switched zone off pic: generation ", "switched row off external/1, external/2: ",
              "switched mode audit: ", f"loaded {file.parent}/b.conf: ",
              "took the change back: ", "switched mode enforce: ",
              "confirmed the change: ", "loaded history 1 again: ",
              "ended the policy: "]
    assert len(said) == len(starts) and all(map(str.startswith, said, starts)), said
    assert "history 2, taken back in 600 seconds unless confirmed" in said[3]
    assert said[4].endswith(", history 2")


def test_what_changes_nothing_has_no_line(bare, logger):
    net = bare
    net.edgectl("flush")
    net.edgectl("mode", "audit", check=False)
    net.edgectl("check", net.edgectl.file(reference()))
    net.edgectl.load("mode = enforce\n", check=False)
    for verb in "confirm", "rollback":
        net.edgectl(verb, check=False)
    assert logger.lines() == []
    net.edgectl.load(reference())
    assert len(logger.lines()) == 1
    net.edgectl.load(reference())
    net.edgectl("mode", "enforce")
    net.edgectl("history")
    assert logger.lines() == []


def test_no_change_waits_for_a_logger(bare, logger):
    net = bare
    filler = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    filler.setblocking(False)
    with pytest.raises(BlockingIOError):
        while True:
            filler.sendto(b"full", LOGGER)
    net.edgectl.load(reference())
    net.edgectl("mode", "audit")
    assert all(line == "full" for line in logger.lines())
    net.edgectl("mode", "enforce")
    assert len(logger.lines()) == 1
    filler.close()


def test_a_line_holds_one_line(bare, logger):
    net = bare
    net.edgectl("load", net.edgectl.file(reference(), "a\nroot flushed\x1b[2J.conf"))
    line, = logger.lines()
    assert "\n" not in line and "\x1b" not in line and "a\\nroot flushed\\x1b[2J.conf" in line
