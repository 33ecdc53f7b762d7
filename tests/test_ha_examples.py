# SPDX-License-Identifier: GPL-2.0-only
"""examples/ha: the scripts, with programs that say what the test wants. With real
daemons they run in tests/net/test_failover.py."""

import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

TREE = pathlib.Path(__file__).resolve().parent.parent
FOLDER = TREE / "examples/ha"
PAGE = (TREE / "docs/ha.md").read_text(encoding="utf-8")
STATUS = {"version": "0.1.0", "loaded": True, "mode": "enforce", "generation": 3,
          "switched": [], "ping": ["internal"], "pending": None}


def text(name):
    return (FOLDER / name).read_text(encoding="utf-8")


def program(folder, name, lines):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
    path.chmod(0o755)


def run(script, folder, *words, **more):
    environment = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"} | more
    return subprocess.run([FOLDER / script, *words], text=True, capture_output=True,
                          check=False, env=environment)


# --- healthy

def health(folder, conf="mode = enforce\n", code=0, **status):
    (folder / "status").write_text(json.dumps(STATUS | status, indent=2), encoding="utf-8")
    program(folder, "edgectl", f'[ "$*" = "show status --json" ] || exit 2\n'
                               f"cat {folder}/status\nexit {code}")
    if conf is not None:
        (folder / "edge.conf").write_text(conf, encoding="utf-8")
    return run("healthy", folder, NF_EDGE_CONF=str(folder / "edge.conf"))


@pytest.mark.parametrize("how", [
    {}, {"conf": "# mode = audit\nzones = { }\n  mode=enforce # yes\n"},
    {"conf": "mode\t=\taudit\n", "mode": "audit"},
    {"mode": "audit", "switched": ["mode", "zone pic"]},
    {"mode": "audit", "pending": {"seconds_left": 5}},
    {"switched": ["zone pic"]}], ids=str)
def test_a_healthy_node(tmp_path, how):
    done = health(tmp_path, **how)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("how, why", [
    ({"code": 1}, "edgectl does not answer"),
    ({"loaded": False, "mode": None}, "no policy is in force"),
    ({"mode": "audit"}, "the mode in force is audit, and "),
    ({"mode": "audit", "switched": ["zone pic"]}, "the mode in force is audit, and "),
    ({"conf": "# mode = enforce\n"}, "edge.conf says none"),
    ({"conf": None}, "edge.conf cannot be read")], ids=str)
def test_a_node_that_is_not(tmp_path, how, why):
    done = health(tmp_path, **how)
    assert done.returncode == 1 and done.stdout == "" and why in done.stderr


# --- ha-notify

def asked(folder, *words):
    """What conntrackd is asked, in order."""
    log = folder / "asked"
    log.write_text("", encoding="ascii")
    program(folder, "conntrackd", f'echo "$*" >> {log}')
    done = run("ha-notify", folder, *words, NF_EDGE_CONNTRACKD_CONF="/c", NF_EDGE_RUN=str(folder))
    return done, [line.removeprefix("-C /c ") for line in log.read_text().splitlines()]


@pytest.mark.parametrize("state, wanted", [
    ("MASTER", ["-c", "-f", "-R", "-B"]), ("BACKUP", ["-t", "-n"]), ("FAULT", ["-t"]),
    ("STOP", []), ("DELETED", [])])
def test_each_part_asks_conntrackd(tmp_path, state, wanted):
    done, found = asked(tmp_path, "GROUP", "EDGE", state, "100")
    assert done.returncode == 0 and found == wanted


def test_both_masters_end_with_commits(tmp_path):
    """Over a while, which ends when the node steps back after all."""
    program(tmp_path, "sleep", f'echo "sleep $*" >> {tmp_path}/asked')
    asked(tmp_path, "GROUP", "EDGE", "MASTER", "100")
    found = asked(tmp_path, "commit")[1]
    assert [line for line in found if "sleep" not in line] == ["-c", "-f external", "-B"] * 5
    assert [line for line in found if "sleep" in line] == [f"sleep {n}" for n in (0, 1, 2, 4, 8)]
    program(tmp_path, "sleep", f"[ $1 -lt 2 ] || echo BACKUP > {tmp_path}/ha-notify.part")
    assert asked(tmp_path, "commit")[1] == ["-c", "-f external", "-B"] * 2
    assert asked(tmp_path, "commit")[1] == []
    assert asked(tmp_path)[0].returncode == 64


def test_a_conntrackd_that_refuses_is_told(tmp_path):
    program(tmp_path, "conntrackd", "exit 1")
    program(tmp_path, "logger", f'echo "$*" >> {tmp_path}/log')
    done = run("ha-notify", tmp_path, "GROUP", "EDGE", "BACKUP", "100", NF_EDGE_RUN=str(tmp_path))
    assert done.returncode == 0
    lines = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    assert [re.search(r"conntrackd (-\w) failed", line)[1] for line in lines] == ["-t", "-n"]


# --- files

def test_the_page_installs_each_file():
    for path in FOLDER.iterdir():
        assert re.search(rf"^    install .*\b{re.escape(path.name)}\b", PAGE, re.M), path.name
        where = re.search(r"/(?:etc|usr/local/lib)/[\w/.-]+", text(path.name))
        assert where and os.path.basename(where[0].rstrip(".")) in PAGE, path.name


def test_the_files_have_what_the_page_explains():
    every = "".join(text(path.name) for path in FOLDER.iterdir())
    for setting in ("DisableExternalCache Off", "NetlinkOverrunResync On", "nopreempt",
                    "net.netfilter.nf_conntrack_tcp_loose = 0", "Requires=nf_edge.service",
                    "net.netfilter.nf_conntrack_events = 1", "vrrp_startup_delay",
                    "notify_master_rx_lower_pri", "enable_script_security", "vrrp_sync_group",
                    "Address Ignore", "HashLimit", "ExecStartPost=-/usr/sbin/conntrackd -B"):
        assert setting in every and setting.removeprefix("net.netfilter.") in PAGE, setting
    keepalived = re.sub(r"#.*", "", text("keepalived.conf"))
    assert "use_vmac" not in keepalived
    assert len(set(re.findall(r"priority (\d+)", keepalived))) == 1
    assert "Protocol" not in re.sub(r"#.*", "", text("conntrackd.conf"))


def test_the_cache_has_room_for_twice_the_table():
    table, = re.findall(r"nf_conntrack_max = (\d+)", text("nf_edge-ha.sysctl.conf"))
    cache, = re.findall(r"HashLimit (\d+)", text("conntrackd.conf"))
    assert int(cache) == 2 * int(table)


@pytest.mark.parametrize("daemon", ["conntrackd", "keepalived"])
def test_the_drop_ins_are_sound(tmp_path, daemon):
    unit = pathlib.Path(f"/lib/systemd/system/{daemon}.service")
    if not shutil.which("systemd-analyze") or not unit.exists():
        pytest.skip("systemd and the daemons: scripts/deps peers test")
    folder = tmp_path / f"{daemon}.service.d"
    folder.mkdir()
    shutil.copy(unit, tmp_path)
    shutil.copy(TREE / "boot/nf_edge.service", tmp_path)
    shutil.copy(FOLDER / f"{daemon}.service.conf", folder / "nf_edge.conf")
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", tmp_path / unit.name],
                          text=True, capture_output=True, check=False,
                          env=os.environ | {"SYSTEMD_UNIT_PATH": f"{tmp_path}:"})
    assert "nf_edge.conf" not in done.stderr, done.stderr
