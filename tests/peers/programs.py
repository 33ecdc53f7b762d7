# SPDX-License-Identifier: GPL-2.0-only
"""Real programs in the namespaces of the packet tests, and what the counters
say of what they do.

The site is that of tests/net (topology.py draws it), with OPEN in force. A
server runs in the namespace of its host until its test module ends; a client
runs until it has done its job:

    def test_remote_users_sign_in(site):
        site.serves("edge1.access", "nginx", "-c", file).is_at(443)
        client = Client("client", ["curl", "-sf", "https://131.107.155.10/"],
                        done="welcome")
        site.carries(client, {"edge1": ["external/5", "pic/3"]})
        with site.off("feature remote-access"):
            site.refuses(client, {"edge1": ["external/5", "pic/3"]})
        site.carries(client, {"edge1": ["external/5", "pic/3"]})

which is what site.proves(client, rows, *switches) does.
"""

import contextlib
import os
import pathlib
import re
import signal
import subprocess
from dataclasses import dataclass

from netlib import Net, appliance, until
from packets import PROTO

DEADLINE = 120       # seconds until what is awaited counts as not happening
ENDED = 5           # and until a program counts as one that does not end

# The states of /proc/net/tcp in which packets may still be on their way; of a
# connection that is up, only its programs know.
ENDING = {"02", "03", "04", "05", "08", "09", "0B"}
READY = {"tcp": "0A", "udp": "07"}


def sockets(l4, process="thread-self"):
    """(port, state) of the sockets in the network namespace of a process."""
    for name in (l4, l4 + "6"):
        lines = pathlib.Path(f"/proc/{process}/net/{name}").read_text(
            encoding="ascii").splitlines()
        for line in lines[1:]:
            _, local, _, state, *_ = line.split()
            yield int(local.rpartition(":")[2], 16), state


class Program:
    """A process of its own group in a namespace, and what it printed."""

    def __init__(self, ns, folder, argv, stdin=None, env=None):
        argv = [str(word).replace("UNIQUE", folder.name) for word in argv]
        self.name = f"{pathlib.Path(argv[0]).name} in {ns.name}"
        self.command = " ".join(argv)
        self.log = folder / "log"
        (folder / "stdin").write_text(stdin or "", encoding="utf-8")
        with open(self.log, "wb") as log, open(folder / "stdin", "rb") as \
                words, ns.entered():
            self.process = subprocess.Popen(
                argv, stdin=words, stdout=log, stderr=log, cwd=folder,
                start_new_session=True, env={**os.environ, **(env or {})})

    def says(self):
        return self.log.read_text(encoding="utf-8", errors="replace")

    def __str__(self):
        state = self.process.poll()
        return (f"{self.name}, which "
                f"{'runs' if state is None else f'ended with code {state}'}: "
                f"{self.command}\n{self.says()[-3000:]}")

    def awaits(self, condition, what):
        """Wait until it is true, while the program runs."""
        def true():
            assert self.process.poll() is None, f"{what}? {self}"
            return condition()
        until(true, f"{what}: {self}", DEADLINE)
        return self

    def is_at(self, *ports, l4="tcp"):
        """Wait until it has these ports open."""
        def open_ports():
            return {port for port, state in sockets(l4, self.process.pid)
                    if state == READY[l4]}
        return self.awaits(lambda: set(ports) <= open_ports(),
                           f"{l4} ports {ports} are open")

    def logs(self, text):
        return self.awaits(lambda: text in self.says(), f"it says {text!r}")

    def ends(self):
        """Wait until it ends by itself."""
        try:
            self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it does not end: {self}") from None

    def has_done(self, pattern):
        return self.process.poll() == 0 and re.search(pattern, self.says())

    def stop(self):
        """End it, and what it started and left."""
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(ENDED)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Client:
    """A command that ends by itself: with code 0, and with `done` (a regular
    expression) in what it prints, when its job is done. It may need another
    one beside it, which opens a port."""
    where: str
    argv: list
    done: str
    stdin: str = None
    beside: tuple = None        # (argv, port)


class Site(Net):
    """The reference site, its programs, and what may be said of them."""

    def __init__(self, folder):
        super().__init__(appliance())
        self.folder = folder
        self.servers = []
        self.clients = []
        self.services = {address: (node, service)
                         for node in ("edge1", "edge2")
                         for service in ("access", "webconf", "av", "internal")
                         for address in self.hosts[f"{node}.{service}"][1:]}
        self._count = 0

    def new_folder(self, name):
        self._count += 1
        folder = self.folder / f"{self._count}-{name}"
        folder.mkdir()
        return folder

    def serves(self, where, *argv, folder=None, **more):
        """Start a server where a host is."""
        server = Program(self.at(where, 4).ns,
                         folder or self.new_folder(f"server-{where}"), argv,
                         **more)
        self.servers.append(server)
        return server

    def starts(self, client):
        """Start a client, and what it needs beside it."""
        ns, some = self.at(client.where, 4).ns, []
        if client.beside:
            argv, port = client.beside
            some.append(Program(ns, self.new_folder("beside"), argv))
            self.clients += some
            some[0].is_at(port)
        some.append(Program(ns, self.new_folder(f"client-{client.where}"),
                            client.argv, client.stdin))
        self.clients.append(some[-1])
        return some

    def programs(self):
        return self.servers + self.clients

    def stops(self, server):
        self.servers.remove(server)
        server.stop()

    def stop_clients(self):
        while self.clients:
            self.clients.pop().stop()

    def stop_servers(self):
        self.stop_clients()
        while self.servers:
            self.servers.pop().stop()

    def close(self):
        self.stop_servers()
        super().close()

    # --- judgements

    @contextlib.contextmanager
    def off(self, *switches):
        """With these off, such as "zone pic" or "feature av"."""
        for kind, name in map(str.split, switches):
            self.edgectl(kind, "off", name)
        yield
        for kind, name in map(str.split, switches):
            self.edgectl(kind, "on", name)

    def is_quiet(self):
        """No connection is just coming or going."""
        for ns in self.spaces.values():
            with ns.entered():
                if any(state in ENDING for _, state in sockets("tcp")):
                    return False
        return True

    def listens_in(self):
        """Counters and sniffers from now on, when all is quiet."""
        until(self.is_quiet, "all connections have ended", DEADLINE)
        return Overheard(self)

    def carries(self, client, rows, connections=None):
        """The client does its job, and exactly these rows, by node, carry it:
        in so many connections each, if that is known. What it printed."""
        heard = self.listens_in()
        *_, program = self.starts(client)
        program.ends()
        assert program.has_done(client.done), program
        self.stop_clients()
        heard.expects(rows, connections=connections)
        return program.says()

    def refuses(self, client, denied, carried=None, reason="disabled",
                often=2):
        """The client does not do its job: its packets are refused for this
        reason, and these rows, by node, count it. Others may carry what it
        does before. It is ended when it was refused so often: sending again
        did not help either."""
        heard = self.listens_in()
        *_, program = self.starts(client)

        def tried():
            moved = heard.watch.delta()
            times = 1 if program.process.poll() is not None else often
            return moved.drops.get(reason, {}).get("packets", 0) >= times and \
                all(moved.rows.get((node, row), {}).get("denied", 0) >= times
                    for node, rows in denied.items() for row in rows)
        until(tried, f"{denied} deny {program}", DEADLINE)
        assert not program.has_done(client.done), program
        self.stop_clients()
        heard.expects(carried or {}, denied, reason)

    def proves(self, client, rows, *switches, connections=None):
        """The client does its job by these rows, does not with these
        switches off, and does again."""
        self.carries(client, rows, connections)
        with self.off(*switches):
            self.refuses(client, rows)
        self.carries(client, rows, connections)


class Overheard:
    """What the counters of a site count from now on, beside what sniffers on
    the Edges see."""

    def __init__(self, site):
        self.site = site
        self.taps = [site.tap(site.at(f"{node}.marker", 4))
                     for node in ("edge1", "edge2")]
        self.watch = site.watch()

    def sums(self):
        """{(node, service): packets and octets either way}, as sniffed."""
        found = {}
        for tap in self.taps:
            for packet in tap.packets():
                if packet.proto not in (PROTO["tcp"], PROTO["udp"]):
                    continue
                end, way = (packet.src, "from") if packet.outgoing else \
                    (packet.dst, "to")
                if end in self.site.services:
                    counts = found.setdefault(self.site.services[end], {})
                    for name, value in ((f"packets_{way}_edge", 1),
                                        (f"bytes_{way}_edge", packet.length)):
                        counts[name] = counts.get(name, 0) + value
        return found

    def expects(self, carried, denied=None, reason=None, connections=None):
        """Exactly these rows carry and deny something, and exactly for this
        reason packets are dropped. If for none, the totals of the services
        are to the packet and the octet what the sniffers saw."""
        carried, denied = map(pairs, (carried, denied or {}))

        def problem():
            seen, delta = self.sums(), self.watch.delta()
            rows = delta.rows
            carrying = {key for key, counts in rows.items()
                        if set(counts) - {"denied"}}
            denying = {key for key, counts in rows.items() if "denied" in counts}
            if (carrying, denying) != (carried, denied):
                return f"not {carried} carry and {denied} deny:\n{delta}"
            if set(delta.drops) != ({reason} if reason else set()):
                return f"not only {reason} drops:\n{delta}"
            for key in carried:
                begun = rows[key].get("connections", 0)
                if connections not in (None, begun) or \
                        (connections is None and not begun):
                    return f"not {connections or 'any'} connections:\n{delta}"
            totals = {key: {n: v for n, v in counts.items()
                            if n not in ("connections", "denied")}
                      for key, counts in delta.services.items()}
            if not reason and totals != seen:
                return f"the sniffers saw {seen}:\n{delta}"
            return None

        # The answer that was awaited, and not another: what comes after, such
        # as the end of a connection, may be between a sniffer and a counter.
        wrong = "nothing was looked at"

        def is_right():
            nonlocal wrong
            wrong = problem()
            return wrong is None
        with contextlib.suppress(AssertionError):
            until(is_right, "the counters", DEADLINE)
        assert wrong is None, wrong
        for tap in self.taps:
            assert not tap.lost()
            tap.close()


def pairs(rows):
    return {(node, row) for node, some in rows.items() for row in some}
