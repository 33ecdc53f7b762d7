# SPDX-License-Identifier: GPL-2.0-only
"""A whole Debian boots with the packages of this tree, under fire from both sides.

Whatever is broken, no forbidden packet comes through at any moment; where a
policy holds, by nf_edge or by nftables, what it permits does.
"""

import functools
import os
import platform
import re
import shutil
import subprocess

import pytest

from cable import FORBIDDEN, PERMITTED
from machine import NETWORKS, TREE, Appliance

# The packages are built by this machine, so that of an earlier release cannot have them.
RELEASE = os.environ.get("NF_EDGE_RELEASE",
                         platform.freedesktop_os_release().get("VERSION_CODENAME"))
BUCKETS = CONNECTIONS = 262144
NEWER = "99.0.0"


def managers(*names):
    """Each case with one that brings up the network, or with all of them."""
    whole = "NF_EDGE_WHOLE" in os.environ
    return pytest.mark.parametrize("manager", NETWORKS if whole else names, indirect=True)


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


@pytest.fixture(name="newer", scope="session")
def fixture_newer(tmp_path_factory):
    """The packages that a later release of this tree has."""
    folder = tmp_path_factory.mktemp("newer")
    tree = folder / "tree"
    tree.mkdir()
    subprocess.run("git ls-files -z --cached --others --exclude-standard |"
                   f" xargs -0 cp -a --parents -t {tree} &&"
                   f" cd {tree} && git init -q && git add -A &&"
                   f" echo {NEWER} >VERSION && sed -i '1s/(.*)/({NEWER})/' debian/changelog &&"
                   f" scripts/deb {folder}/packages", cwd=TREE, shell=True, check=True,
                   stdout=subprocess.DEVNULL)
    return folder / "packages"


@pytest.fixture(name="good_of", scope="session")
def fixture_good_of(installed, folder):
    @functools.cache
    def good_of(manager):
        appliance = installed.copy(folder / manager)
        appliance.network(manager)
        return appliance, appliance.boot()
    return good_of


@pytest.fixture(name="manager")
def fixture_manager(request):
    """What brings up the network."""
    return getattr(request, "param", "systemd-networkd")


@pytest.fixture(name="good")
def fixture_good(good_of, manager):
    """An appliance that has booted well once, and the report of that boot."""
    return good_of(manager)


@pytest.fixture(name="broken")
def fixture_broken(good, folder):
    appliance = good[0].copy(folder / "broken")
    yield appliance
    shutil.rmtree(appliance.root)


def remove_module(appliance):
    appliance.run("rm /lib/modules/*/updates/dkms/nf_edge.ko* && depmod $(ls /lib/modules)")


def print_counts(report):
    seen = report.seen
    print(f"sent {seen.tried(FORBIDDEN)} forbidden, {seen.tried(PERMITTED)} permitted; came "
          f"through {seen.passed(FORBIDDEN)} and {seen.passed(PERMITTED)}; {report.part['uptime']}")


def holds(report, permits=True):
    """Nothing forbidden came through; the twin did, or nothing at all."""
    seen = report.seen
    print_counts(report)
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


def is_by_nftables(report, manager, state="policy"):
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


@managers(*NETWORKS)
def test_a_good_boot(good, manager):
    is_by_the_module(good[1], manager)


def test_without_the_unit_all_comes_through(broken):
    """The twin of all: what is sent would arrive."""
    broken.run("systemctl disable nf_edge")
    report = broken.boot()
    print_counts(report)
    assert all(report.seen.arrived[flow] for flow in [*FORBIDDEN, *PERMITTED]), report.text
    assert "NOT READY unit" in report.part["ready"]


@managers(*NETWORKS)
def test_a_module_that_is_not_there(broken, manager):
    remove_module(broken)
    report = broken.boot()
    is_by_nftables(report, manager)
    release = broken.kernel
    assert f"apt install linux-headers-{release}" in report.part["status"]
    assert not report.json("status json")["module"]["built"]
    assert re.search(f"^NOT READY kernel *{re.escape(release)}: no nf_edge.ko",
                     report.part["ready"], re.M)
    assert report.part["ready code"].strip() == "1"
    assert f'nf_edge_boot_ready{{kernel="{release}"}} 0' in report.part["metrics"]


def test_headers_that_were_removed(broken, packages, manager):
    """DKMS takes the old module away before it finds that it cannot build the new one."""
    broken.bring(packages)
    broken.run("dpkg --purge --force-depends $(dpkg-query -W -f '${Package} ' 'linux-headers-*')")
    broken.run("dpkg -i --force-depends /packages/nf-edge-dkms_*.deb", check=False)
    assert not list(broken.root.glob("lib/modules/*/updates/dkms/nf_edge.ko*"))
    said = broken.run("/etc/kernel/postinst.d/zz-nf_edge $(ls /lib/modules)").stderr
    assert "would boot without the module" in said
    report = broken.boot()
    is_by_nftables(report, manager)
    assert "NOT READY kernel" in report.part["ready"]


@managers("networking")
def test_a_signature_that_is_refused(broken, manager):
    report = broken.boot("module.sig_enforce=1")
    is_by_nftables(report, manager)
    assert "Key was rejected by service" in report.part["journal"]
    assert re.search("is not signed: sign it|mokutil --import", report.part["status"])
    assert report.json("status json")["module"]["needs_signature"]
    assert re.search("^NOT READY kernel .*(not signed|no key of this kernel)",
                     report.part["ready"], re.M)


@managers("NetworkManager")
def test_a_configuration_that_is_wrong(broken, manager):
    """The last good one holds, although the module is there."""
    broken.write("etc/nf_edge/edge.conf", "mode = enfroce")
    report = broken.boot()
    is_by_nftables(report, manager)
    assert "NO POLICY LOADED" in report.part["status"]
    assert "NOT READY configuration" in report.part["ready"]


@managers("networking")
def test_a_fallback_that_is_missing_is_not_needed(broken, manager):
    """The module is there: the load keeps another. The test of debian/tests for a
    machine of its own looks for that, and for what unit and packages refuse."""
    (broken.root / "var/lib/nf_edge/fallback.nft").unlink()
    shutil.copy(TREE / "debian/tests/service", broken.root / "service")
    report = broken.boot(then='echo "== service"; sh /service 2>&1; echo "exit code $?"; hear_more')
    is_by_the_module(report, manager)
    assert report.part["service"].endswith("exit code 0\n"), report.part["service"]


def is_closed(appliance, manager):
    remove_module(appliance)
    report = appliance.boot()
    is_by_nftables(report, manager, state="closed")
    assert "NOT READY fallback" in report.part["ready"]


@managers("NetworkManager")
def test_neither_a_module_nor_a_fallback(broken, manager):
    (broken.root / "var/lib/nf_edge/fallback.nft").unlink()
    is_closed(broken, manager)


def test_a_fallback_that_was_cut(broken, manager):
    broken.write("var/lib/nf_edge/fallback.nft", "table inet nf_edge {", 0o600)
    is_closed(broken, manager)


# Packages, apt and DKMS are the appliance's own; the compiler would take half an hour there, and
# runs before.
COMPILED = """
dpkg-deb -x /packages/nf-edge-dkms_*.deb /compiled
make -s -C /lib/modules/*/build M=$(echo /compiled/usr/src/nf_edge-*) modules
cat >/etc/dkms/nf_edge.conf <<'END'
MAKE[0]="cp /compiled/usr/src/nf_edge-$PACKAGE_VERSION/nf_edge.ko ."
CLEAN="true"
END
"""

UPGRADE = """
part() {
	echo "== $1"
	shift
	"$@"
}
part install apt-get install -y /packages/nf-edge-dkms_*.deb /packages/edgectl_*.deb
part "module before" cat /sys/module/nf_edge/version
hear_more
part "counters before" edgectl counters --json
part exchange edgectl upgrade-module --json
part "counters after" edgectl counters --json
part "module after" cat /sys/module/nf_edge/version
part "tables after" nft list tables
part "status after" edgectl --json
hear_more
"""


def counted(answer):
    """All counters of rows and drop reasons, by name."""
    return {(entry.get("node"), entry.get("row", entry.get("reason")), name): number
            for part in ("rows", "drops") for entry in answer[part]
            for name, number in entry.items() if isinstance(number, int) and name != "last_hit"}


def test_an_upgrade_under_fire(broken, newer, manager):
    """The packages of a later release, its module without a boot, and then a boot."""
    old = (TREE / "VERSION").read_text(encoding="utf-8").strip()
    broken.bring(newer)
    broken.run(COMPILED)
    report = broken.boot(then=UPGRADE)
    is_by_the_module(report, manager)
    said = report.part["install"]
    assert f"the module in the kernel is still {old}; it stays" in said, said
    assert report.part["module before"].strip() == old
    answer = report.json("exchange")
    assert (answer["from"], answer["to"]) == (old, NEWER)
    assert answer["changed"] and answer["counters_carried"] and answer["mode"] == "enforce"
    assert report.part["module after"].strip() == NEWER
    assert "nf_edge" not in report.part["tables after"]
    status = report.json("status after")
    assert (status["loaded"], status["mode"], status["version"]) == (True, "enforce", NEWER)
    before, after = (counted(report.json(f"counters {when}")) for when in ("before", "after"))
    assert before.keys() == after.keys()
    assert not {name: (before[name], after[name]) for name in before if after[name] < before[name]}
    for number in "connections", "packets":
        assert sum(before[name] for name in before if name[2] == number) > 100
    report = broken.boot()
    is_by_the_module(report, manager)
    assert report.json("status json")["version"] == NEWER


BY_HAND = """
edgectl flush && modprobe -r nf_edge && hear_more && modprobe nf_edge && edgectl load
echo "== by hand"
edgectl --json
"""


def test_an_exchange_by_hand_lets_through(broken):
    """The twin of an upgrade: without the ruleset in between, what is sent arrives."""
    report = broken.boot(then=BY_HAND)
    print_counts(report)
    assert report.json("by hand")["loaded"], report.text
    assert all(report.seen.arrived[flow] for flow in FORBIDDEN), report.text

