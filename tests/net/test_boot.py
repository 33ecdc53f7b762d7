# SPDX-License-Identifier: GPL-2.0-only
"""What runs at boot may run again: it loads only where no policy is in force."""

import pathlib
import re
import subprocess
import textwrap

import pytest

from edgectl import Edgectl
from netns import PATIENCE, Namespace

TREE = pathlib.Path(__file__).resolve().parents[2]

AUDIT = """\
mode = audit
zones = { external, pic }
features = { remote-access }
interface wan0 { sides = { external } }
interface lan0 { sides = { internal } }
node edge1 { access = { 131.107.155.10 } }
"""
MANY = AUDIT + "peers crl { prefixes = { %s } }\n" % ", ".join(
    f"11.{i >> 8}.{i & 255}.0/24" for i in range(2000))


@pytest.fixture(name="edgectl")
def fixture_edgectl(nf_edge):
    """edgectl in a namespace without a policy."""
    ns = Namespace("boot")
    tool = Edgectl(ns)
    yield tool
    tool("flush")
    tool.close()
    ns.close()


def in_force(edgectl):
    status = edgectl.status()
    return {key: status[key] for key in ("loaded", "mode", "zones", "features",
                                         "generation", "switched")}


def test_without_a_policy_it_loads(edgectl):
    done = edgectl("load", "--if-none", edgectl.file(AUDIT))
    assert "mode audit, generation 1" in done.stdout
    assert edgectl.status()["loaded"]


@pytest.mark.parametrize("by_hand", [
    ["mode", "enforce"], ["mode", "audit"], ["zone", "off", "pic"],
    ["feature", "on", "federation"]], ids=" ".join)
def test_what_was_switched_by_hand_stays(edgectl, by_hand):
    file = edgectl.file(AUDIT)
    edgectl("load", "--if-none", file)
    edgectl(*by_hand)
    before = in_force(edgectl)
    for _ in range(2):
        done = edgectl("load", "--if-none", file)
        assert done.stdout.startswith(
            "nothing changed: a policy is in force already\n"
            f"1 address governed, mode {before['mode']}, generation ")
        assert not done.stderr and in_force(edgectl) == before
    # A load by hand does what the file says.
    edgectl("load", file)
    assert in_force(edgectl)["switched"] == []


@pytest.mark.parametrize("text", ["mode = enfroce\n", None],
                         ids=["broken", "none"])
def test_a_bad_file_is_refused_only_where_it_would_be_loaded(edgectl, text):
    bad = edgectl.file(text, "bad.conf") if text else "/nowhere/edge.conf"
    done = edgectl("load", "--if-none", bad, check=False)
    assert done.returncode == 1 and not done.stdout
    edgectl.load(AUDIT)
    before = in_force(edgectl)
    assert edgectl("load", "--if-none", bad).returncode == 0
    assert edgectl("load", "--if-none", "--force", bad).returncode == 0
    assert edgectl("load", bad, check=False).returncode == 1
    assert in_force(edgectl) == before


def test_the_answer_for_machines_has_the_keys_of_a_load(edgectl):
    file = edgectl.file(AUDIT)
    loaded = edgectl.json("load", "--if-none", file)
    assert loaded["changed"] and loaded["generation"] == 1
    edgectl("mode", "enforce")
    kept = edgectl.json("load", "--if-none", file)
    assert kept == {**loaded, "changed": False, "changes": [], "warnings": [],
                    "generation": 2, "mode": "enforce", "impact": None}


def test_after_a_flush_it_loads_again(edgectl):
    file = edgectl.file(AUDIT)
    edgectl("load", "--if-none", file)
    edgectl("flush")
    edgectl("load", "--if-none", file)
    assert edgectl.status()["loaded"]


@pytest.mark.parametrize("config", [AUDIT, MANY], ids=["few", "many"])
def test_of_many_at_once_one_loads(edgectl, config):
    file = edgectl.file(config)
    running = [edgectl.ns.start(edgectl.program, "load", "--if-none", file,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True) for _ in range(6)]
    said = [one.communicate(timeout=PATIENCE) for one in running]
    assert [one.returncode for one in running] == [0] * 6, said
    assert sum("nothing changed" in out for out, _ in said) == 5, said
    assert edgectl.status()["generation"] == 1


@pytest.mark.parametrize("request_number", range(1, 16))
def test_a_load_in_between_stays(edgectl, helpers, request_number):
    """At each of its requests to the module somebody else may be first."""
    theirs = edgectl.file(AUDIT.replace("audit", "enforce"), "theirs.conf")
    done = edgectl.ns.run(
        "env", f"LD_PRELOAD={helpers}/meanwhile.so",
        f"MEANWHILE={edgectl.program} load {theirs} >/dev/null 2>&1",
        f"MEANWHILE_AT={request_number}", edgectl.program, "load", "--if-none",
        edgectl.file(AUDIT), check=False)
    assert done.returncode == 0 and "load again" not in done.stderr, done
    status = edgectl.status()
    late = "nothing changed" in done.stdout
    assert status["mode"] == ("enforce" if late else "audit")
    assert status["generation"] == 1


def hooks():
    page = (TREE / "docs/install.md").read_text(encoding="utf-8")
    return [textwrap.dedent(text) for text in
            re.findall(r"^    #!/bin/sh\n(?:    .*\n)+", page, re.M)]


@pytest.mark.parametrize("script", hooks(), ids=["open", "closed"])
def test_the_hook_that_runs_again_keeps_what_was_done_by_hand(
        edgectl, tmp_path, script):
    """As ifreload -a runs it, over a file that says audit."""
    tool = tmp_path / "edgectl"
    tool.write_text(f'#!/bin/sh\n[ "$1" != load ] || set -- "$@" '
                    f'{edgectl.file(AUDIT)}\nexec {edgectl.program} "$@"\n')
    tool.chmod(0o755)
    hook = tmp_path / "nf_edge"
    hook.write_text(script.replace("/usr/local/sbin/edgectl", str(tool)))

    def bring_up():
        for interface in "lo", "wan0":
            edgectl.ns.run("env", f"IFACE={interface}", "sh", hook)

    bring_up()
    assert edgectl.status()["mode"] == "audit"
    edgectl("mode", "enforce")
    before = in_force(edgectl)
    bring_up()
    assert in_force(edgectl) == before
