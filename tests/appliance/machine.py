# SPDX-License-Identifier: GPL-2.0-only
"""An appliance: a whole Debian with the packages of this tree, that boots in QEMU."""

import json
import pathlib
import re
import shutil
import subprocess
import tempfile

from cable import ADDRESSES, GATEWAYS, OF_APPLIANCE, Cable

TREE = pathlib.Path(__file__).resolve().parents[2]
PROBE = pathlib.Path(__file__).with_name("probe")

CONFIG = """\
mode = enforce
zones = { external, internal, federation }
features = { remote-access, federation, web-conferencing, av }
interface wan0 { sides = { external } }
interface lan0 { sides = { internal, edge } }
node edge1 {
    access = { 131.107.155.10, 2001:db8:155::10 }
    webconf = { 131.107.155.20 }
    av = { 131.107.155.30 }
    internal = { 172.25.33.10 }
}
peers internal-networks { prefixes = { 192.168.10.0/24 } }
peers frontend { prefixes = { 192.168.10.90 } }
"""


def networkd():
    for side, addresses in ADDRESSES.items():
        lines = [f"[Match]\nName={side}\n[Network]\nLinkLocalAddressing=ipv6\nIPv6AcceptRA=no",
                 *(f"Address={address}" for address in addresses)]
        if side == "wan0":
            lines += [f"Gateway={gateway}" for gateway in GATEWAYS]
        yield f"etc/systemd/network/{side}.network", "\n".join(lines)


def ifupdown():
    """One device that networking.service brings up, one that udev does."""
    lines = ["auto lo wan0", "allow-hotplug lan0", "iface lo inet loopback"]
    for side, addresses in ADDRESSES.items():
        for number, address in enumerate(addresses):
            six = ":" in address
            lines += [f"iface {side} inet{'6' * six} static", f"    address {address}"]
            if side == "wan0":
                lines.append(f"    gateway {GATEWAYS[six]}")
    yield "etc/network/interfaces", "\n".join(lines)


def network_manager():
    for side, addresses in ADDRESSES.items():
        lines = [f"[connection]\nid={side}\ntype=ethernet\ninterface-name={side}"]
        for family, wanted in ("ipv4", False), ("ipv6", True):
            lines.append(f"[{family}]\nmethod=manual")
            lines += [f"address{number}={address}" for number, address in
                      enumerate((a for a in addresses if (":" in a) == wanted), 1)]
            if side == "wan0":
                lines.append(f"gateway={GATEWAYS[wanted]}")
        yield (f"etc/NetworkManager/system-connections/{side}.nmconnection", "\n".join(lines))


NETWORKS = {"systemd-networkd": networkd, "networking": ifupdown,
            "NetworkManager": network_manager}


class Report:
    """What the appliance said of itself, and what was seen from outside."""

    def __init__(self, text, seen, said):
        self.seen, self.said, self.text = seen, said, text
        parts = re.split(r"^== (.*)\n", text, flags=re.M)
        self.part = dict(zip(parts[1::2], parts[2::2]))

    def unit(self, name):
        return dict(line.split("=", 1) for line in self.part[f"unit {name}"].splitlines())

    def began(self, name):
        return int(self.unit(name)["InactiveExitTimestampMonotonic"])

    def active(self, name):
        return int(self.unit(name)["ActiveEnterTimestampMonotonic"])

    def json(self, name):
        return json.loads(self.part[name])


class Appliance:
    """A root that may be changed before it boots, and afterwards is as the boot left it."""

    def __init__(self, root, release="bookworm"):
        self.root, self.release = pathlib.Path(root), release

    @property
    def kernel(self):
        """Release of its only kernel."""
        return next(path.name for path in (self.root / "lib/modules").iterdir())

    def _vm(self, *words, **more):
        return subprocess.run([TREE / "scripts/vm", "--kernel", f"appliance-{self.release}",
                               "--root", self.root, *words],
                              capture_output=True, text=True, check=False, **more)

    def run(self, script, check=True):
        """Run a script there, on this machine's kernel."""
        done = self._vm("--compile", "--", "/bin/sh", "-euc", script)
        assert not check or not done.returncode, done.stdout + done.stderr
        return done

    def copy(self, root):
        """Programs and modules are links: nothing writes into them."""
        shared = self.root / "usr"
        root = pathlib.Path(root)
        root.mkdir()
        subprocess.run(["cp", "-a", "-t", root, *(each for each in self.root.iterdir()
                                                  if each != shared)], check=True)
        subprocess.run(["cp", "-al", shared, root], check=True)
        return Appliance(root, self.release)

    def write(self, path, text, mode=0o644):
        path = self.root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
        path.chmod(mode)

    def bring(self, packages):
        """Put a folder of packages where the appliance finds it."""
        shutil.rmtree(self.root / "packages", ignore_errors=True)
        shutil.copytree(packages, self.root / "packages")

    def install(self, packages):
        """The packages, and the policy, as docs/install.md has it."""
        self.run("true")
        self.bring(packages)
        self.run("apt-get install -y /packages/nf-edge-dkms_*.deb /packages/edgectl_*.deb")
        self.write("etc/nf_edge/edge.conf", CONFIG)
        self.write("etc/sysctl.d/router.conf",
                   "net.ipv4.ip_forward = 1\nnet.ipv6.conf.all.forwarding = 1")
        for side, mac in OF_APPLIANCE.items():
            self.write(f"etc/systemd/network/10-{side}.link",
                       f"[Match]\nMACAddress={mac}\n[Link]\nName={side}")
        self.run("systemctl enable nf_edge")

    def network(self, manager):
        for path, text in NETWORKS[manager]():
            self.write(path, text, 0o600 if "Manager" in path else 0o644)
        self.run(f"systemctl enable {manager}")

    def boot(self, *parameters, then=""):
        """Boot, and ask the probe's questions, then others in the same shell."""
        with tempfile.TemporaryDirectory() as folder, Cable(folder) as cable:
            words = [word for parameter in parameters for word in ("--parameter", parameter)]
            words += [word for path in cable.paths.values() for word in ("--nic", path)]
            log = pathlib.Path(folder, "kernel")
            done = self._vm(*words, "--timeout", "3600", "--log", log, "--",
                            "/bin/sh", "-c", PROBE.read_text(encoding="utf-8") + then)
            said = done.stderr + (log.read_text(encoding="utf-8", errors="replace")[-3000:]
                                  if log.exists() else "")
        assert not done.returncode, done.stdout + said
        return Report(done.stdout, cable.seen, said)
