# SPDX-License-Identifier: GPL-2.0-only
"""Two appliances that stand in for each other, by the files of examples/ha.

    inet   edge1   lan      hosts, each on a bridge of the namespace "wire"
      |      |      |
     wan    dmz    lan      both appliances are on each bridge
      |      |      |
     f1 f2  f1 f2  f1 f2    wan0, dmz0 and lan0 of each; sync0 joins the two

The daemons are the real ones. Each appliance has a mount namespace of its own,
so that files and sockets are where an administrator has them.
"""

import ctypes
import os
import pathlib
import re
import shutil
import signal
import subprocess

import packets
from edgectl import Counters, Edgectl, together
from netlib import Net
from netns import PATIENCE, Namespace, new_mac, until
from topology import addresses_in
from wire import Client

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples/ha"
SCRIPTS = "/usr/local/lib/nf_edge"
CABLES = ("wan", "dmz", "lan")
WIRES = {"inet": "wan", "edge1": "dmz", "lan": "lan"}
GATEWAYS = {"inet": ("192.0.2.1", "2001:db8:2::1"),
            "edge1": ("131.107.155.1", "2001:db8:155::1"),
            "lan": ("192.168.10.1", "2001:db8:10::1")}

# A node's own addresses: {n} is its number.
OWN = {"wan0": ("192.0.2.1{n}/24", "2001:db8:2::1{n}/64"),
       "dmz0": ("131.107.155.20{n}/24", "2001:db8:155::20{n}/64"),
       "lan0": ("192.168.10.1{n}/24", "2001:db8:10::1{n}/64"),
       "sync0": ("10.255.255.{n}/24",)}

FOLDERS = ("/run", "/usr/local/lib", "/etc/conntrackd", "/etc/keepalived",
           "/etc/nf_edge", "/var/lib/nf_edge")
# An address of edge1's in the kernel's list of connections.
EDGE = re.compile(r"=(131\.107\.155\.[123]0|2001:0db8:0155(:0000){4}:00[123]0) ")
CLONE_NEWNS = 0x20000
MS_REC_PRIVATE = 0x44000
_libc = ctypes.CDLL(None, use_errno=True)


def example(name):
    return (EXAMPLES / name).read_text(encoding="utf-8")


def _call(name, *arguments):
    if getattr(_libc, name)(*arguments):
        raise OSError(ctypes.get_errno(), name)


def _own_folders():
    _call("unshare", CLONE_NEWNS)
    _call("mount", b"none", b"/", None, MS_REC_PRIVATE, None)
    for folder in FOLDERS:
        _call("mount", b"none", folder.encode(), b"tmpfs", 0, b"mode=755")


class Appliance:
    """One of the two: a network namespace, a policy, and two daemons."""

    def __init__(self, pair, number, folder):
        self.pair, self.number = pair, number
        self.name = f"f{number}"
        self.folder = folder
        self.ns = Namespace(self.name, forwarding=True)
        self.edgectl = Edgectl(self.ns)
        self.wire = Client(self.ns)
        self.before = Counters()
        self.has_booted = False
        self.daemons = {}
        self.macs = {}
        self.holder = self.ns.start("sleep", "infinity", preexec_fn=_own_folders)
        self.mounts = os.open(f"/proc/{self.holder.pid}/ns/mnt", os.O_RDONLY)

    # --- running things

    def path(self, name):
        """A file of this node."""
        return pathlib.Path(f"/proc/{self.holder.pid}/root{name}")

    def _inside(self):
        _call("setns", self.mounts, CLONE_NEWNS)

    def run(self, *words, check=True):
        """Run a command on this node."""
        with self.ns.entered():
            done = subprocess.run([str(w) for w in words], capture_output=True, text=True,
                                  check=False, preexec_fn=self._inside)
        assert not check or not done.returncode, (self.name, words, done)
        return done

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)

    def start(self, name, *words):
        """Start a daemon; its output is kept."""
        with open(self.folder / f"{self.name}.{pathlib.Path(name).name}", "wb") as log:
            self.daemons[name] = self.ns.start(
                name, *words, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=self._inside)

    def log(self, name):
        """What a daemon has said since it started."""
        path = self.folder / f"{self.name}.{name}"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def kill(self, name):
        """End a daemon and its children, before they can say anything."""
        child = self.daemons.pop(name, None)
        if child:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()

    def ends(self, name):
        """End a daemon as systemd does."""
        child = self.daemons.pop(name)
        child.terminate()
        child.wait(PATIENCE)

    # --- its life

    def _give_addresses(self):
        lines = []
        for dev, own in OWN.items():
            lines.append(f"addr flush dev {dev} scope global")
            for a in own:
                lines.append(f"addr add {a.format(n=self.number)} dev {dev}"
                             f"{' nodad' if ':' in a else ''}")
        for a in "192.0.2.2", "2001:db8:2::2":
            lines += [f"neigh replace {a} lladdr {self.pair.macs['inet']} dev wan0 "
                      "nud permanent", f"route replace default via {a} dev wan0"]
        for name in "edge1", "lan":
            lines += [f"neigh replace {a} lladdr {self.pair.macs[name]} dev "
                      f"{WIRES[name]}0 nud permanent" for a in addresses_in(name)]
        self.ns.ip("\n".join(lines) + "\n")

    def _give_files(self):
        for folder in "/run", SCRIPTS:
            shutil.rmtree(self.path(folder), ignore_errors=True)
        for folder in "/run/lock", SCRIPTS:
            self.path(folder).mkdir(parents=True, exist_ok=True)
        conntrackd = self.pair.change("conntrackd.conf", example("conntrackd.conf"))
        if self.number == 2:
            conntrackd, n = re.subn(
                r"(IPv4_address 10\.255\.255\.)1(\n.*Address 10\.255\.255\.)2", r"\g<1>2\g<2>1",
                conntrackd, count=1)
            assert n == 1
        keepalived = self.pair.change("keepalived.conf", example("keepalived.conf"))
        for line, other in self.pair.lines.items():
            assert f" {line}\n" in keepalived, line
            keepalived = keepalived.replace(f" {line}\n", f" {other}\n")
        self.write("/etc/conntrackd/conntrackd.conf", conntrackd)
        self.write("/etc/keepalived/keepalived.conf", keepalived)
        options = pathlib.Path("/etc/keepalived/keepalived.config-opts")
        if options.exists():    # keepalived of Debian 13 does not start without
            self.write(str(options), options.read_text(encoding="utf-8"))
        for script in "healthy", "ha-notify":
            self.write(f"{SCRIPTS}/{script}", self.pair.change(script, example(script)), 0o755)
        self.give_policy()

    def give_policy(self):
        self.write("/etc/nf_edge/edge.conf", str(self.pair.config))

    def settle(self):
        """Files and addresses, as an administrator sees to."""
        self._give_files()
        self._give_addresses()

    def boot(self):
        """As a machine does: settings, policy, conntrackd, keepalived."""
        self.settle()
        settings = self.pair.change("sysctl", example("nf_edge-ha.sysctl.conf"))
        for name, value in re.findall(r"^net\.(\S+) = (\d+)$", settings, re.M):
            if not name.endswith("_max"):       # the first namespace's alone
                self.ns.sysctl(name.replace(".", "/"), value)
        self.times_out(**self.pair.timeouts)
        self.load()
        self.before, self.has_booted = self.wire.counters(), True
        if self.pair.syncs:
            self.start_conntrackd()
        self.start("keepalived", "--dont-fork", "--log-console", "--vrrp")

    def start_conntrackd(self):
        """As its unit does with the drop-in."""
        unit = self.pair.change("conntrackd.service.conf", example("conntrackd.service.conf"))
        for name in "conntrackd.ctl", "lock/conntrackd.lock":
            self.path(f"/run/{name}").unlink(missing_ok=True)
        self.start("conntrackd")
        until(self.path("/run/conntrackd.ctl").exists, "conntrackd answers")
        for line in re.findall(r"^ExecStartPost=-?(.*)$", unit, re.M):
            self.run(*line.split())

    def times_out(self, **timeouts):
        """Set time-outs of connection tracking: udp_timeout=4."""
        for name, value in timeouts.items():
            self.ns.sysctl(f"netfilter/nf_conntrack_{name}", value)

    def load(self):
        return self.run(self.edgectl.program, "load", "/etc/nf_edge/edge.conf")

    def cables(self, state, *which):
        """Pull cables, or plug them in; all of them, if none is named."""
        ends = [f"{cable}-{self.name}" for cable in which or CABLES]
        if not which:
            ends.append(f"sync-{self.name}")
        self.pair.wire.ip("".join(f"link set {end} {state}\n" for end in ends))

    def power_off(self):
        """At once: nothing is said to anybody."""
        self.cables("down")
        for name in list(self.daemons):
            self.kill(name)

    def reboot(self):
        """Nothing of before is left."""
        if self.has_booted:
            self.pair.gone.append(self.moved())
            self.edgectl("flush")
        self.ns.run("conntrack", "-F")
        self.cables("up")
        self.boot()

    def close(self):
        for name in list(self.daemons):
            self.kill(name)
        self.edgectl("flush", check=False)
        self.edgectl.close()
        self.wire.close()
        os.close(self.mounts)
        self.ns.close()

    # --- what it says

    def external(self):
        """Connections that conntrackd keeps for the other node."""
        said = self.run("conntrackd", "-s", check=False).stdout
        found = re.search(r"cache external:\s+current active connections:\s+(\d+)", said)
        return int(found[1]) if found else 0

    def knows(self, port):
        """Whether conntrackd keeps the other node's connection from this port."""
        return f" sport={port} " in self.run("conntrackd", "-e", check=False).stdout

    def entries(self, protocol=r"\w+"):
        """The kernel's connections of the Edge."""
        with self.ns.entered():
            text = pathlib.Path("/proc/thread-self/net/nf_conntrack").read_text(encoding="ascii")
        return [line for line in text.splitlines() if EDGE.search(line) and
                re.match(rf"ipv\d +\d+ {protocol} ", line)]

    def size(self, name):
        """How long a file of this node is."""
        path = self.path(name)
        return path.stat().st_size if path.exists() else 0

    def hash(self):
        return self.edgectl.json("show", "hash")["all"]

    def has(self, address):
        """Whether the node has an address."""
        name, what = ("if_inet6", packets.packed(address).hex()) if ":" in address else \
            ("fib_trie", rf"-- {re.escape(address)}\n\s+/32 host LOCAL")
        with self.ns.entered():
            text = pathlib.Path("/proc/thread-self/net", name).read_text(encoding="ascii")
        return bool(re.search(what, text))

    def is_master(self):
        return all(self.has(a) for both in GATEWAYS.values() for a in both)

    def is_idle(self):
        return not any(self.has(a) for both in GATEWAYS.values() for a in both)

    def moved(self):
        """Its counters since the boot."""
        return self.wire.counters() - self.before

    def denied(self, row):
        return self.moved().rows.get(("edge1", row), {}).get("denied", 0)

    def dropped(self, reason):
        return self.moved().drops.get(reason, {}).get("packets", 0)


class Pair(Net):
    """The site with two appliances, which begin() boots."""

    # A process is slow in User Mode Linux: the health script runs seldom, and who
    # is late is not lost.
    LINES = {"vrrp_startup_delay 10": "vrrp_startup_delay 1", "interval 1": "interval 60",
             "timeout 5": "timeout 50", "fall 2": "fall 1", "rise 3": "rise 1",
             "advert_int 0.5": "advert_int 1"}

    lines, timeouts, syncs = {}, {}, True

    @staticmethod
    def change(_name, text):
        """Of a file of examples/ha, unless begin() is told otherwise."""
        return text

    def __init__(self, folder):
        self.gone = []      # counters of nodes that have booted anew
        self.wire = Namespace("wire")
        self.wire.sysctl("ipv6/conf/default/disable_ipv6", 1)
        spaces = {name: Namespace(name) for name in WIRES}
        self.macs = {name: new_mac() for name in WIRES}
        self.nodes = [Appliance(self, n, pathlib.Path(folder)) for n in (1, 2)]
        self._lay(spaces)
        for name, space in spaces.items():
            self._settle(space, name)
        super().__init__(spaces | {node.name: node.ns for node in self.nodes}, box="f1")

    def _lay(self, spaces):
        """Bridges and cables."""
        lines = [f"link add br-{c} type bridge\nlink set br-{c} up" for c in (*CABLES, "sync")]
        ends = [(WIRES[name], f"host-{name}", space, "eth0", self.macs[name])
                for name, space in spaces.items()]
        for node in self.nodes:
            node.macs = {c: new_mac() for c in (*CABLES, "sync")}
            ends += [(c, f"{c}-{node.name}", node.ns, f"{c}0", mac)
                     for c, mac in node.macs.items()]
        for cable, end, space, dev, mac in ends:
            lines += [f"link add {end} type veth peer name {dev} address {mac} "
                      f"netns {space.path}", f"link set {end} master br-{cable} up"]
        self.wire.ip("\n".join(lines) + "\n")
        for node in self.nodes:
            node.ns.ip("".join(f"link set {dev} up\n" for dev in OWN))

    @staticmethod
    def _settle(space, name):
        """A host's addresses, and the way through the pair."""
        lines = ["link set eth0 up"]
        lines += [f"addr add {a}/{128 if ':' in a else 32} dev eth0"
                  f"{' nodad' if ':' in a else ''}" for a in addresses_in(name)]
        lines += [f"route add default via {gateway} dev eth0 onlink rto_min 20ms quickack 1"
                  for gateway in GATEWAYS[name]]
        space.ip("\n".join(lines) + "\n")

    def begin(self, config, change=lambda name, text: text, syncs=True, lines=None,
              first=0, **timeouts):
        """Boot both, the node of this index first, which becomes master. Return
        (master, other).

        change      may alter a file of examples/ha
        syncs       whether conntrackd runs
        lines       of keepalived.conf, in place of LINES
        timeouts    of connection tracking: udp_timeout=4"""
        for node in self.nodes:
            node.ns.nft("flush ruleset")
        self.nodes[0].cables("up", "sync")
        self.unpins()
        self.config, self.change, self.syncs = config, change, syncs
        self.lines = self.LINES if lines is None else lines
        self.timeouts = {"udp_timeout": 30, "udp_timeout_stream": 120} | timeouts
        one, two = self.nodes[first], self.nodes[1 - first]
        for node in self.nodes:
            node.power_off()
        one.reboot()
        until(one.is_master, "the first node is master")
        two.reboot()
        until(lambda: "Entering BACKUP" in two.log("keepalived"), "the second node waits")
        self.gone = []
        one.before, two.before = one.wire.counters(), two.wire.counters()
        return one, two

    def parts(self):
        """Neither node hears the other any more; the hosts hear both."""
        self.nodes[0].cables("down", "sync")
        chains = "".join(f"chain {hook} {{ type filter hook {hook} priority 0;"
                         " ip protocol vrrp drop; };" for hook in ("input", "output"))
        for node in self.nodes:
            node.ns.nft(f"table inet parted {{ {chains} }}")

    def meets(self):
        """They hear each other again."""
        self.nodes[0].cables("up", "sync")
        for node in self.nodes:
            node.ns.nft("table inet parted; delete table inet parted")

    def pins(self, node, host, family):
        """A host sends to this node, whoever is master."""
        self.spaces[host].ip(f"neigh replace {GATEWAYS[host][family // 2 - 2]} dev eth0 "
                             f"lladdr {node.macs[WIRES[host]]} nud permanent\n")

    def unpins(self):
        """Each host asks again, and hears who tells."""
        for host, both in GATEWAYS.items():
            self.spaces[host].ip("".join(f"neigh flush to {gateway} dev eth0 nud all\n"
                                         for gateway in both))

    def close(self):
        self.tidy()
        for node in self.nodes:
            node.close()
        self.wire.close()
        self.edgectl.close()
        for name in WIRES:
            self.spaces[name].close()

    def counted(self):
        """What the two have counted since they began, together."""
        return together(*self.gone, *(node.moved() for node in self.nodes))
