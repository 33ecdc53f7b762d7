# SPDX-License-Identifier: GPL-2.0-only
"""Real packets through nf_edge: the harness of the tests in this folder.

The tests run as root in a kernel that has nf_edge:

    scripts/vm --kernel uml -- /usr/bin/python3 -m pytest tests/net

A test takes the fixture `net`, the reference site (topology.py draws it),
and loads a configuration into the appliance:

    def test_remote_users_sign_in(net):
        net.load(reference(features=["remote-access"]))
        client, access = net.at("client", 4), net.at("edge1.access", 4)
        net.passes("tcp", client, access, 443, ["external/5", "pic/3"])
        net.refuses("tcp", client, access, 444, "no-row")

passes() makes a real connection with data both ways and then wants exactly
the rows it was given to have counted it, to the packet and the octet, and no
other counter of the policy to have moved. refuses() sends a real first packet
and wants exactly the given reason and near rows counted, and nothing to have
arrived.

The pieces, for tests that need more:

    net.at(name, family)          an Endpoint (namespace, address, device);
                                  names are in topology.HOSTS
    endpoint.sent_from(other)     the same address used in another place
    OPEN                          a configuration in which every row permits
                                  the client (or a front end) of this site
    reference(**changes)          the reference configuration, a Config:
                                  .but(mode="audit", peers={"crl": []}),
                                  .without(("zone", "pic"), ("feature", "av"))
    net.load(config)              edgectl load; net.config remembers it
    net.edgectl(words...)         any verb; .json(), .explain(), .status(),
                                  .counters(), .zone("off", "pic"), ...
    net.watch()                   counters from now on:
        watch.expect(together(permitted("edge1", rows, 1, (2, 100), (1, 60)),
                              refused("peer", 1, 60),
                              denied(1, "edge1", ["external/6"])))
        watch.await_drop("no-row")
    net.connect("tcp", a, b, 443) a Connection: .exchange(), .send(), .answer(),
                                  .receives(), .close()
    net.cuts(connection, reason, near)
                                  its next packets are refused
    net.tap(endpoint)             a sniffer: .arrived(address...), .left(...)
    net.proves_silence(tap, *addresses)
                                  nothing of these arrived, and the sniffer
                                  would have seen it
    net.injects(endpoint, bytes)  send a packet of packets.py; any source
    net.drops(endpoint, bytes, "invalid")
                                  the same, and it is refused
    net.lets_by(endpoint, bytes, ["external/14"])
                                  the same, and it arrives, counted like this
    net.holds_back(endpoint, bytes)
                                  the same, and the kernel keeps it
    net.awaits(tap, *addresses)   wait for packets to arrive
    net.scans(helpers, "tcp", a, b)
                                  the ports that get through, of all 65,536
    net.port()                    a client port that nothing has used lately
    namespace.run/ip/nft/sysctl/socket/inject/muted()
    until(condition, what)        poll with a deadline; never sleep
    if_ready(call, *args)         the call's value; None while it would block
    flow_table: ROWS, ROW[id], rows_of(service, direction, l4, port)
    Rows are named by ids, which are the default profile's, or are rows of
    flow_table: PROFILES[name], site_row(...).

Another topology is another dictionary of namespaces: Net(spaces, hosts).
"""

import errno
import fcntl
import functools
import itertools
import socket
import struct
import subprocess
import termios

import packets

from edgectl import (Config, Counters, Edgectl, Watch, denied, permitted,
                     refused, together)
from flow_table import (CLS_PORTS, FEATURES, ROW, ROWS, ZONES, row_of,
                        rows_of)
from netns import GATEWAY_MAC, Namespace, Tap, link, until
from packets import family_of
from topology import HOSTS, OPEN, Endpoint, appliance, reference

__all__ = ["CLS_PORTS", "Config", "Connection", "Counters", "Edgectl",
           "Endpoint", "FEATURES", "HOSTS", "KIND", "Namespace",
           "Net", "OPEN", "ROW", "ROWS", "Tap", "Watch", "ZONES",
           "appliance", "denied", "family_of", "if_ready", "link",
           "permitted", "reference", "refused", "row_of", "rows_of",
           "together", "until"]

MARKER_PORT = 9
KIND = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}
AF = {4: socket.AF_INET, 6: socket.AF_INET6}

# Client ports. None is a port of the policy, and so many pass before one
# comes again that no connection finds the conntrack entry of another.
_ports = itertools.cycle(range(40000, 50000))
_marks = itertools.count(1)


class Net:
    """Namespaces with a box under test in their midst, `fw` by default."""

    def __init__(self, spaces, hosts=None, box="fw"):
        self.spaces = spaces
        self.box = spaces[box]
        self.hosts = HOSTS if hosts is None else hosts
        self.edgectl = Edgectl(self.box)
        self.config = None
        self._loaded = None
        self._open = []

    @functools.cached_property
    def _wire(self):
        """For counters, which a test reads often: a process each time is
        slow. That edgectl prints the same, test_examples.py sees."""
        from wire import Client     # which needs this module
        return Client(self.box)

    # --- the site

    def at(self, name, family):
        """The endpoint of this name in topology.HOSTS (or the net's own)."""
        where, *addresses = self.hosts[name]
        where, _, dev = where.partition("/")
        return Endpoint(self.spaces[where], addresses[family // 2 - 2],
                        dev or "eth0")

    def load(self, config):
        """Load a Config, unless nothing was published since it was loaded."""
        if self._loaded != (str(config), self.generation()):
            self.edgectl.load(config)
            self._loaded = str(config), self.generation()
        self.config = config

    def generation(self):
        return self._wire.do("status-get")["generation"]

    def node_of(self, address):
        """The node that the loaded configuration binds an address to."""
        for name, services in self.config.nodes.items():
            if any(address in addresses for addresses in services.values()):
                return name
        return None

    def watch(self):
        return Watch(self._wire)

    def tap(self, endpoint):
        tap = Tap(endpoint.ns, endpoint.dev)
        self._open.append(tap)
        return tap

    def socket(self, endpoint, kind, proto=0):
        """A socket in the endpoint's namespace, closed after the test."""
        s = endpoint.ns.socket(AF[endpoint.family], kind, proto)
        self._open.append(s)
        return s

    @staticmethod
    def port():
        return next(_ports)

    def tidy(self):
        """Close what a test opened. TCP ends by a reset: nothing lingers."""
        for thing in reversed(self._open):
            if isinstance(thing, socket.socket) and thing.fileno() >= 0:
                _reset_on_close(thing)
            thing.close()
        self._open.clear()

    def close(self):
        self.tidy()
        self._wire.close()
        self.edgectl.close()
        for space in self.spaces.values():
            space.close()

    # --- packets

    def injects(self, endpoint, *some):
        """Send packets as they are, from where the endpoint is."""
        for packet in some:
            endpoint.ns.inject(packet, endpoint.dev)

    def home_of(self, address):
        """The endpoint that has an address, None if nobody here has it."""
        for name, (_, *addresses) in self.hosts.items():
            if address in addresses:
                return self.at(name, family_of(address))
        return None

    @staticmethod
    def awaits(tap, *addresses, **fields):
        """Wait until a packet between these addresses has come in at the
        tap, and return all of them."""
        return until(lambda: tap.arrived(*addresses, **fields),
                     f"a packet of {addresses} {fields or ''} arrives")

    def marks(self, tap):
        """Send an ordinary packet by an ungoverned way to where the tap is,
        and wait until the tap has seen it."""
        own, box = f"{tap.ns.name}.marker", f"{self.box.name}.marker"
        target = self.at(own, 4)
        source = self.at(box if box in self.hosts else next(
            n for n in self.hosts if n.endswith(".marker") and n != own), 4)
        mark = b"marker %d" % next(_marks)
        s = source.ns.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind((source.address, 0))
        s.sendto(mark, (target.address, MARKER_PORT))
        s.close()
        until(lambda: any(p.payload[8:] == mark for p in tap.arrived(
            source.address, target.address)), "the sniffer sees a marker")

    def proves_silence(self, tap, *addresses):
        """Nothing between these addresses has come in at the tap, which is
        awake."""
        self.marks(tap)
        assert not tap.arrived(*addresses), "it got through"

    def connect(self, l4, src, dst, dport, sport=None, deliver=None):
        """A connection that must come about. With NAT in between, `deliver`
        is the endpoint (or (endpoint, port)) that it arrives at."""
        return Connection(self, l4, src, dst, dport, sport or self.port(),
                          deliver)

    def attempts(self, l4, src, dst, dport, sport=None):
        """Send the first packet of a connection from a real socket, and
        return the socket; nobody waits for an answer. A namespace that holds
        both addresses would keep it: then the packet is put on the wire."""
        sport = sport or self.port()
        s = self.socket(src, KIND[l4])
        if src.ns is dst.ns:
            build = packets.tcp if l4 == "tcp" else packets.udp
            self.injects(src, build(src.address, dst.address, sport, dport))
            return s
        s.bind((src.address, sport))
        try:
            s.connect((dst.address, dport))
            if l4 == "udp":
                s.send(b"attempt")
        except OSError as error:
            # EPERM: the box itself is the sender, and told so.
            assert error.errno in (errno.EINPROGRESS, errno.EPERM), error
        return s

    def scans(self, helpers, l4, src, dst):
        """The ports of dst that a first packet from src gets to, of all
        65,536. Nothing answers."""
        tap = self.tap(dst)
        with src.ns.entered():
            sender = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
            index = socket.if_nametoindex(src.dev)
        self._open.append(sender)
        sender.setblocking(False)
        marks = [self.at(f"{end.ns.name}.marker", src.family).address
                 for end in (src, dst)]
        with dst.ns.muted():
            done = subprocess.run(
                [helpers / "portscan", str(sender.fileno()), str(index),
                 GATEWAY_MAC, str(tap.socket.fileno()), l4, src.address,
                 str(self.port()), dst.address, *marks],
                pass_fds=(sender.fileno(), tap.socket.fileno()),
                capture_output=True, text=True, check=False)
        assert not done.returncode, done.stderr
        return {port for low, high in
                (pair.split("-") for pair in done.stdout.split())
                for port in range(int(low), int(high) + 1)}

    # --- judgements

    def traffic(self, tap, src, dst, *ports):
        """(packets, octets) between two addresses, there and back."""
        def sums(a, b):
            some = [p.length for p in tap.packets()
                    if (p.src, p.dst) == (a, b) and
                    (not ports or set(ports) <= {p.sport, p.dport})]
            return len(some), sum(some)
        return sums(src, dst), sums(dst, src)

    def passes(self, l4, src, dst, dport, *permits, sport=None, deliver=None):
        """A connection with data both ways, counted by exactly these rows.

        permits are lists of row ids, one for each Edge end: of `in` rows the
        end is the destination's node, of `out` rows the source's. None at
        all: the connection is not governed."""
        outside = src if src.ns is not self.box else dst
        tap = self.tap(outside)
        watch = self.watch()
        connection = self.connect(l4, src, dst, dport, sport, deliver)
        connection.exchange()
        connection.close()

        def expected():
            there, back = self.traffic(tap, src.address, dst.address, dport,
                                       connection.sport)
            assert there[0] and back[0]
            parts = []
            for rows in permits:
                into = row_of(rows[0]).direction == "in"
                parts.append(permitted(
                    self.node_of((dst if into else src).address), rows, 1,
                    there if into else back, back if into else there))
            return together(*parts)
        return watch.expect(expected)

    def refuses(self, l4, src, dst, dport, reason, near=(), sport=None):
        """The first packet of a connection is dropped for this reason: these
        near rows count it as denied, and nothing arrives."""
        sport = sport or self.port()
        tap = self.tap(dst) if dst.ns is not self.box else None
        listener = None if tap else self.listens(l4, dst, dport)
        sent = self.tap(src) if src.ns is not self.box else None
        watch = self.watch()
        attempt = self.attempts(l4, src, dst, dport, sport)
        watch.await_drop(reason)
        if tap:
            self.proves_silence(tap, src.address, dst.address)
        else:
            listener.proves_silence()

        def expected():
            if sent:
                count = self.traffic(sent, src.address, dst.address, sport,
                                     dport)[0]
            else:
                count = watch.delta().drops[reason].values()
            return self._refused(reason, *count, src.address, dst.address,
                                 near)
        try:
            return watch.expect(expected)
        finally:
            attempt.close()

    def drops(self, origin, some, reason, near=(), count=None):
        """Raw packets (one or a list), put on the wire where the origin is,
        are dropped for this reason, and nothing of them arrives. `count` is
        how many nf_edge gets to see, and their octets."""
        some = [some] if isinstance(some, bytes) else some
        first = packets.parse(some[0])
        target = self.home_of(first.dst)
        tap = self.tap(target) if target else None
        watch = self.watch()
        self.injects(origin, *some)
        count = count or (len(some), sum(map(len, some)))
        watch.await_drop(reason, count[0])
        if tap:
            self.proves_silence(tap, first.src, first.dst)
        watch.expect(self._refused(reason, *count, first.src, first.dst, near))

    def holds_back(self, origin, *some):
        """Raw packets never get to nf_edge: it counts nothing, and nothing of
        them arrives."""
        first = packets.parse(some[0])
        tap = self.tap(self.home_of(first.dst))
        watch = self.watch()
        self.injects(origin, *some)
        self.proves_silence(tap, first.src, first.dst)
        watch.expect()

    def lets_by(self, origin, packet, *permits, new=1):
        """A raw packet arrives, and is counted by exactly these rows (lists
        as in passes) as the first of `new` connections."""
        sent = packets.parse(packet)
        tap = self.tap(self.home_of(sent.dst))
        watch = self.watch()
        self.injects(origin, packet)
        self.awaits(tap, sent.src, sent.dst, proto=sent.proto)
        parts = []
        for rows in permits:
            into = row_of(rows[0]).direction == "in"
            way = {"to_edge" if into else "from_edge": (1, sent.length)}
            parts.append(permitted(self.node_of(sent.dst if into else
                                                sent.src), rows, new, **way))
        watch.expect(together(*parts))

    def _refused(self, reason, count, octets, src, dst, near):
        """near rows are of the destination's node when they are `in` rows,
        of the source's when they are `out` rows. Those of `several` are told
        by explain, and not counted."""
        parts = [refused(reason, count, octets)]
        if reason == "several":
            near = ()
        for direction, end in (("in", dst), ("out", src)):
            rows = [r for r in near if row_of(r).direction == direction]
            if rows:
                parts.append(denied(count, self.node_of(end), rows))
        return together(*parts)

    def cuts(self, connection, reason, near=(), by="client"):
        """What the connection's client (or server) sends next is refused."""
        c = connection
        src, dst = (c.src, c.dst) if by == "client" else (c.dst, c.src)
        tap, sent = self.tap(dst), self.tap(src)
        watch = self.watch()
        c.send() if by == "client" else c.answer()
        watch.await_drop(reason)
        self.proves_silence(tap, src.address, dst.address)

        def expected():
            count = self.traffic(sent, src.address, dst.address, c.sport,
                                 c.dport)[0]
            # The near rows are those of the connection, whoever speaks.
            return self._refused(reason, *count, c.src.address, c.dst.address,
                                 near)
        return watch.expect(expected)

    def listens(self, l4, endpoint, port):
        return Listener(self, l4, endpoint, port)


class Listener:
    """A port open on every address of the box itself, where a sniffer would
    see packets before the module does."""

    def __init__(self, net, l4, endpoint, port):
        self.net, self.l4, self.port = net, l4, port
        self.family = endpoint.family
        self.socket = net.socket(endpoint, KIND[l4])
        self.socket.bind(("::" if self.family == 6 else "0.0.0.0", port))
        if l4 == "tcp":
            self.socket.listen()

    def proves_silence(self):
        """Nothing has come, and what comes by an ungoverned way does."""
        net = self.net
        target = net.at(f"{net.box.name}.marker", self.family)
        source = net.at("inet.marker", self.family)
        net.attempts(self.l4, source, target, self.port)
        if self.l4 == "tcp":
            first, address = until(lambda: if_ready(self.socket.accept),
                                   "a marker connection")
            net._open.append(first)
        else:
            _, address = until(lambda: if_ready(self.socket.recvfrom, 100),
                               "a marker packet")
        assert address[0] == source.address, "it got through"
        self.socket.close()


class Connection:
    """A connection between two real sockets, TCP or UDP."""

    def __init__(self, net, l4, src, dst, dport, sport, deliver=None):
        self.net, self.l4 = net, l4
        self.src, self.dst, self.sport, self.dport = src, dst, sport, dport
        where, port = deliver if isinstance(deliver, tuple) else \
            (deliver or dst, dport)
        self.client = net.socket(src, KIND[l4])
        self.client.bind((src.address, sport))
        listener = net.socket(where, KIND[l4])
        listener.bind((where.address, port))
        if l4 == "tcp":
            listener.listen()
            try:
                self.client.connect((dst.address, dport))
            except BlockingIOError:
                pass
            self.server, _ = until(lambda: if_ready(listener.accept),
                                   f"{self} is accepted")
            self.server.setblocking(False)
            net._open.append(self.server)
            listener.close()
            until(lambda: if_ready(self.client.getpeername), f"{self} is up")
        else:
            self.server = listener
            self.client.connect((dst.address, dport))
        self._peer = None       # a UDP server's, once it has received
        self._numbers = itertools.count(1)
        self._due = {"client": b"", "server": b""}

    def __str__(self):
        return (f"{self.l4} {self.src.address}:{self.sport} -> "
                f"{self.dst.address}:{self.dport}")

    def send(self, data=None):
        """The client sends."""
        self._send(self.client.send, "server",
                   data or b"to %d " % next(self._numbers))

    def answer(self, data=None):
        """The server sends. A UDP server has to have received before."""
        send = self.server.send if not self._peer else \
            lambda data: self.server.sendto(data, self._peer)
        self._send(send, "client", data or b"back %d " % next(self._numbers))

    def _send(self, send, to, data):
        while data:
            def proceed():
                self._read(to)      # TCP may wait for room
                return if_ready(send, data)
            sent = until(proceed, f"{self}: there is room to send")
            self._due[to] += data[:sent]
            data = data[sent:]

    def _read(self, who):
        """Read what is there; true when nothing more is due."""
        found = if_ready(getattr(self, who).recvfrom, 65536)
        if found:
            data, address = found
            if who == "server" and self.l4 == "udp":
                self._peer = address
            assert self._due[who].startswith(data), (self, who, data[:60])
            self._due[who] = self._due[who][len(data):]
        return not self._due[who]

    def receives(self, who):
        """Wait until "client" or "server" has all that was sent to it."""
        until(lambda: self._read(who),
              f"{self}: the {who} receives {self._due[who][:60]!r}")

    def forgets(self):
        """What was sent and refused is not expected any more (UDP)."""
        self._due = {"client": b"", "server": b""}

    def exchange(self):
        """Data both ways, acknowledged: nothing is left to be sent again."""
        self.send()
        self.receives("server")
        self.answer()
        self.receives("client")
        until(lambda: not any(map(_unacknowledged,
                                  (self.client, self.server))),
              f"{self}: all is acknowledged")

    def close(self):
        """End it, TCP by a reset from the client."""
        for s in (self.client, self.server):
            _reset_on_close(s)
            s.close()


def _unacknowledged(s):
    """Octets that a socket still has to send, or to send again."""
    answer = fcntl.ioctl(s, termios.TIOCOUTQ, bytes(4))
    return struct.unpack("i", answer)[0]


def if_ready(call, *args):
    """The call's value, or None while it would block or is not ready."""
    try:
        return call(*args)
    except (BlockingIOError, ConnectionAbortedError):
        return None
    except OSError as error:
        if error.errno == errno.ENOTCONN:
            return None
        raise


def _reset_on_close(s):
    if s.type == socket.SOCK_STREAM and s.family in AF.values():
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                     struct.pack("ii", 1, 0))
