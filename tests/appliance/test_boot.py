# SPDX-License-Identifier: GPL-2.0-only
"""A whole Debian boots with the packages of this tree, under fire from both sides.

Whatever is broken, no forbidden packet comes through at any moment; where a
policy holds, by nf_edge or by nftables, what it permits does.
"""

import os
import re
import shutil
import subprocess

import pytest

from cable import FORBIDDEN, PERMITTED
from machine import NETWORKS, TREE, Appliance

RELEASE = os.environ.get("NF_EDGE_RELEASE", "bookworm")
BUCKETS = CONNECTIONS = 262144


@pytest.fixture(name="folder", scope="session")
def fixture_folder(tmp_path_factory):
    """Roots are large: each goes when its test is over."""
    folder = tmp_path_factory.mktemp("roots")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(name="packages", scope="session")
def fixture_packages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packages")
    subprocess.run([TREE / "scripts/deb", folder], check=True, stdout=subprocess.DEVNULL)
    return folder


@pytest.fixture(name="installed", scope="session")
def fixture_installed(folder, packages):
    appliance = Appliance(folder / "installed", RELEASE)
    appliance.install(packages)
    return appliance


@pytest.fixture(name="good", scope="session")
def fixture_good(installed, folder):
    """An appliance that has booted well once, and the report of that boot."""
    appliance = installed.copy(folder / "good")
    appliance.network("systemd-networkd")
    return appliance, appliance.boot()


@pytest.fixture(name="broken")
def fixture_broken(good, folder):
    appliance = good[0].copy(folder / "broken")
    yield appliance
    shutil.rmtree(appliance.root)


def holds(report, permits=True):
    """Nothing forbidden came through; the twin did, or nothing at all."""
    seen = report.seen
    print(f"sent {seen.tried(FORBIDDEN)} forbidden, {seen.tried(PERMITTED)} permitted; came "
          f"through {seen.passed(FORBIDDEN)} and {seen.passed(PERMITTED)}; {report.part['uptime']}")
    assert seen.tried(FORBIDDEN) > 200, report.part["addresses"]
    assert {flow: n for flow, n in seen.arrived.items() if flow in FORBIDDEN} == {}
    if permits:
        assert all(seen.arrived[flow] for flow in PERMITTED), (seen.arrived, report.text)
    else:
        assert not seen.passed(PERMITTED)


def comes_before(report, first, manager):
    assert 0 < report.active(first) <= report.began(manager), report.part["journal"]


def is_by_the_module(report, manager):
    holds(report)
    assert report.unit("nf_edge")["ActiveState"] == "active", report.part["journal"]
    assert report.unit("nf_edge-fallback")["ActiveState"] == "inactive"
    comes_before(report, "nf_edge", manager)
    status = report.json("status json")
    assert (status["loaded"], status["mode"], status["fallback"]["state"]) == (
        True, "enforce", "none")
    assert "nf_edge" not in report.part["tables"]
    assert "nf_edge_fallback_active 0" in report.part["metrics"]
    assert report.part["conntrack"].split() == [str(CONNECTIONS), str(BUCKETS)]
    # The first boot keeps the ruleset that later ones fall back to.
    assert report.part["ready code"].strip() == "0", report.part["ready"]
    assert all(item["ready"] for item in report.json("ready json")["items"])


def is_by_nftables(report, manager="systemd-networkd", state="policy"):
    holds(report, permits=state == "policy")
    assert report.unit("nf_edge")["ActiveState"] == "failed"
    assert report.unit("nf_edge-fallback")["ActiveState"] == "active", report.part["journal"]
    comes_before(report, "nf_edge-fallback", manager)
    assert report.json("status json")["fallback"]["state"] == state
    assert "table inet nf_edge" in report.part["tables"]
    assert "nf_edge_fallback_active 1" in report.part["metrics"]
    assert "nf_edge is not in force" in report.part["errors"]
    said = {"policy": r"THE FALLBACK of 20\d\d-\d\d-\d\d .* is in force, by nftables",
            "closed": "THE CLOSED RULESET of nftables is in force, nothing is forwarded"}
    assert re.search(said[state], report.part["status"]), report.part["status"]


def test_networkd(good):
    is_by_the_module(good[1], "systemd-networkd")


@pytest.mark.parametrize("manager", [m for m in NETWORKS if m != "systemd-networkd"])
def test_another_that_brings_up_the_network(installed, folder, manager):
    appliance = installed.copy(folder / manager)
    appliance.network(manager)
    is_by_the_module(appliance.boot(), manager)
    shutil.rmtree(appliance.root)


def test_without_the_unit_all_comes_through(broken):
    """The twin of all: what is sent would arrive."""
    broken.run("systemctl disable nf_edge")
    report = broken.boot()
    assert all(report.seen.arrived[flow] for flow in [*FORBIDDEN, *PERMITTED]), report.text
    assert "NOT READY unit" in report.part["ready"]


def test_a_module_that_is_not_there(broken):
    broken.run("rm /lib/modules/*/updates/dkms/nf_edge.ko* && depmod $(ls /lib/modules)")
    report = broken.boot()
    is_by_nftables(report)
    release = next(path.name for path in (broken.root / "lib/modules").iterdir())
    assert f"apt install linux-headers-{release}" in report.part["status"]
    assert not report.json("status json")["module"]["built"]
    assert re.search(f"^NOT READY kernel *{release}: no nf_edge.ko", report.part["ready"], re.M)
    assert report.part["ready code"].strip() == "1"
    assert f'nf_edge_boot_ready{{kernel="{release}"}} 0' in report.part["metrics"]


def test_headers_that_were_removed(broken, packages):
    """DKMS takes the old module away before it finds that it cannot build the new one."""
    shutil.copytree(packages, broken.root / "packages")
    broken.run("dpkg --purge --force-depends $(dpkg-query -W -f '${Package} ' 'linux-headers-*')")
    broken.run("dpkg -i --force-depends /packages/nf-edge-dkms_*.deb", check=False)
    assert not list(broken.root.glob("lib/modules/*/updates/dkms/nf_edge.ko*"))
    said = broken.run("/etc/kernel/postinst.d/zz-nf_edge $(ls /lib/modules)").stderr
    assert "would boot without the module" in said
    report = broken.boot()
    is_by_nftables(report)
    assert "NOT READY kernel" in report.part["ready"]


def test_a_signature_that_is_refused(broken):
    report = broken.boot("module.sig_enforce=1")
    is_by_nftables(report)
    assert "Key was rejected by service" in report.part["journal"]
    assert re.search("is not signed: sign it|mokutil --import", report.part["status"])
    assert report.json("status json")["module"]["needs_signature"]
    assert re.search("^NOT READY kernel .*(not signed|no key of this kernel)",
                     report.part["ready"], re.M)


def test_a_configuration_that_is_wrong(broken):
    """The last good one holds, although the module is there."""
    broken.write("etc/nf_edge/edge.conf", "mode = enfroce")
    report = broken.boot()
    is_by_nftables(report)
    assert "NO POLICY LOADED" in report.part["status"]
    assert "NOT READY configuration" in report.part["ready"]


def test_a_fallback_that_is_missing_is_not_needed(broken):
    """The module is there: the load keeps another."""
    (broken.root / "var/lib/nf_edge/fallback.nft").unlink()
    is_by_the_module(broken.boot(), "systemd-networkd")


@pytest.mark.parametrize("fallback", ["", "table inet nf_edge {"], ids=["missing", "cut"])
def test_neither_a_module_nor_a_fallback(broken, fallback):
    kept = broken.root / "var/lib/nf_edge/fallback.nft"
    kept.unlink()
    if fallback:
        broken.write("var/lib/nf_edge/fallback.nft", fallback, 0o600)
    broken.run("rm /lib/modules/*/updates/dkms/nf_edge.ko* && depmod $(ls /lib/modules)")
    report = broken.boot()
    is_by_nftables(report, state="closed")
    assert "NOT READY fallback" in report.part["ready"]
