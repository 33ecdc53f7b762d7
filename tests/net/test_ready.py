# SPDX-License-Identifier: GPL-2.0-only
"""check --boot: would the next boot be protected?  Each thing that it needs is
there, and is missing."""

import pathlib
import platform
import subprocess

import pytest

from exposition import Metrics
from netlib import reference
from rights import as_nobody, for_everybody

BOOT = pathlib.Path("/etc/nf_edge/edge.conf")
MODULES = pathlib.Path("/lib/modules")
IMAGES, UNITS = pathlib.Path("/boot"), pathlib.Path("/etc/systemd/system")
WANTED = UNITS / "sysinit.target.wants/nf_edge.service"
RUNNING = platform.release()
OTHER = "9.9.9-other"
PARTS = ["kernel", "configuration", "fallback", "unit"]


@pytest.fixture(name="ready")
def fixture_ready(net, tmp_path, monkeypatch):
    """A host that is ready to boot: folders of its own over those of this kernel."""
    state = tmp_path / "state"
    state.mkdir()
    monkeypatch.setenv("NF_EDGE_STATE", str(state))
    places = [place for place in (IMAGES, UNITS) if place.is_dir()]
    for place in places:
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], check=True)
    assert IMAGES in places and UNITS in places
    (IMAGES / f"vmlinuz-{RUNNING}").touch()
    WANTED.parent.mkdir()
    WANTED.symlink_to("/lib/systemd/system/nf_edge.service")
    BOOT.write_text(str(reference()), encoding="utf-8")
    net.edgectl("load")
    yield state
    net.edgectl("flush")
    net.box.run("nft", "flush", "ruleset")
    for place in places:
        subprocess.run(["umount", place], check=True)
    for left in BOOT.parent.iterdir():
        left.unlink()


def check(net, code=0):
    """(part, name): (ready, message), of JSON; the text says the same."""
    done = net.edgectl("check", "--boot", check=False)
    assert (done.returncode, done.stderr) == (code, ""), done
    answer = net.edgectl.json("check", "--boot", codes=(code,))
    assert (answer["schema_version"], answer["ready"]) == (1, not code)
    lines = done.stdout.splitlines()
    assert len(lines) == len(answer["items"])
    found = {}
    for line, item in zip(lines, answer["items"]):
        assert line == (f"{'ready' if item['ready'] else 'NOT READY':9} {item['part']:13} "
                        f"{item['name']}: {item['message']}")
        found[item["part"], item["name"]] = (item["ready"], item["message"])
    assert list(dict.fromkeys(part for part, _ in found)) == PARTS
    return found


def missing(net):
    """What is said of the only thing that is not ready."""
    [(key, (_, message))] = [(key, value) for key, value in check(net, 1).items()
                             if not value[0]]
    return key, message


def test_all_is_there(net, ready):
    found = check(net)
    version = pathlib.Path("/sys/module/nf_edge/version").read_text(encoding="utf-8").strip()
    assert found["kernel", RUNNING] == (True, f"nf_edge.ko {version}")
    assert found["configuration", str(BOOT)] == (True, "no errors")
    assert found["fallback", f"{ready}/fallback.nft"][1].startswith("of the load of 2")
    assert found["unit", "nf_edge.service"] == (True, "enabled")


def test_another_kernel_without_the_module(net, ready):
    """One that has no image is no kernel that could boot."""
    (MODULES / OTHER).mkdir()
    try:
        assert ("kernel", OTHER) not in check(net)
        (IMAGES / f"vmlinuz-{OTHER}").touch()
        assert missing(net) == (("kernel", OTHER),
                                f"no nf_edge.ko: apt install linux-headers-{OTHER}, "
                                f"then dkms autoinstall -k {OTHER}")
        told = dict((labels["kernel"], value) for labels, value in
                    Metrics(net.edgectl("metrics").stdout).of("nf_edge_boot_ready"))
        assert told == {OTHER: 0, RUNNING: 1}
    finally:
        (MODULES / OTHER).rmdir()


def test_no_kernel(net, ready):
    (IMAGES / f"vmlinuz-{RUNNING}").unlink()
    assert missing(net)[0] == ("kernel", "none")


def test_a_configuration_with_errors(net, ready):
    BOOT.write_text("mode = enfroce\nzones = { nowhere }\n", encoding="utf-8")
    key, message = missing(net)
    assert key == ("configuration", str(BOOT)) and message.endswith("errors: edgectl check")
    BOOT.unlink()
    assert missing(net)[0] == ("configuration", str(BOOT))


def test_a_fallback_that_is_missing_or_cut(net, ready):
    kept = ready / "fallback.nft"
    text = kept.read_text(encoding="utf-8")
    kept.write_text(text[:len(text) // 2], encoding="utf-8")
    key, message = missing(net)
    assert key == ("fallback", str(kept))
    assert "nftables refuses it" in message and message.endswith(": edgectl load")
    kept.unlink()
    assert missing(net) == (key, "not there: edgectl load")
    assert "inet nf_edge" not in net.box.run("nft", "list", "tables").stdout    # only tried


def test_a_unit_that_is_not_enabled(net, ready):
    WANTED.unlink()
    assert missing(net) == (("unit", "nf_edge.service"),
                            "not enabled: systemctl enable nf_edge")


def test_wrong_words_and_rights(net, ready):
    for words in ["--strict"], ["--list"], ["FILE"], ["--fail-if-cut", "3"]:
        done = net.edgectl("check", "--boot", *words, check=False)
        assert (done.returncode, done.stdout) == (2, "") and "--boot" in done.stderr
    with for_everybody(net.edgectl.program) as program:
        done = as_nobody(net.box, lambda: subprocess.run(
            [program, "check", "--boot"], capture_output=True, text=True, check=False))
    assert (done.returncode, done.stdout) == (3, "") and "takes root" in done.stderr



def test_the_status_says_when_the_next_boot_loads_something_else(net, ready):
    """What is in force, the file of the boot, and its unit; pending, switched."""
    def next_boot():
        answer = net.edgectl.status()["next_boot"]
        said = [line for line in net.edgectl("show", "status").stdout.splitlines()
                if "the next boot" in line]
        assert [line.partition("WARNING")[2].strip() for line in said] == ([answer] if answer else [])
        return answer

    assert next_boot() is None
    net.edgectl("zone", "off", "federation")
    assert next_boot() is None                  # which "switched" tells
    other = reference(features=["av"])
    path = net.edgectl.file(str(other), "other.conf")
    net.edgectl("load", path, "--confirm", "1h")
    assert next_boot() is None                  # which "pending" tells
    net.edgectl("rollback")
    assert next_boot() is None
    net.edgectl("load", path)
    assert next_boot() == (f"the next boot loads {BOOT}, which is not what is in force: "
                           f"edgectl diff {BOOT}")
    assert net.edgectl("diff", BOOT, check=False).returncode == 1
    WANTED.unlink()
    assert next_boot() is None
    WANTED.symlink_to("/lib/systemd/system/nf_edge.service")
    BOOT.write_text("mode = enfroce\n", encoding="utf-8")
    assert next_boot().startswith(f"the next boot cannot load {BOOT}, which has ")
    BOOT.write_text(str(other), encoding="utf-8")
    assert next_boot() is None
