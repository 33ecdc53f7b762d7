# SPDX-License-Identifier: GPL-2.0-only
"""edgectl why: who tries again while it listens is told once for each kind of
packet what refuses it, and what it names permits the packet."""

import json
import os
import re
import signal
import subprocess

import pytest

import packets
from netlib import reference, until
from netns import PATIENCE

ALL = reference()


class Why:
    """edgectl why (or monitor) under way, which listens."""

    def __init__(self, net, *words, verb="why"):
        before = listeners(net)
        ours, theirs = os.pipe()
        with net.box.entered():
            self.process = subprocess.Popen(
                [net.edgectl.program, verb, *words], stdin=subprocess.DEVNULL, stdout=theirs,
                stderr=subprocess.PIPE, text=True, env={**os.environ, "TZ": "UTC"})
        os.close(theirs)
        os.set_blocking(ours, False)
        self.out, self.text = ours, ""
        # With --json nothing is printed at the beginning: the module knows.
        until(lambda: listeners(net) > before, "the module has one listener more")
        if "--json" not in words:
            self.prints("listening for ")

    def prints(self, text):
        """Wait for a text."""
        def come():
            try:
                while data := os.read(self.out, 1 << 16):
                    self.text += data.decode()
            except OSError:
                pass
            return text in self.text
        until(come, f"{text!r} is printed")

    def ends(self, code):
        """Its output after Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(PATIENCE) == code, self.process.stderr.read()
        with open(self.out, "rb", closefd=False) as rest:
            os.set_blocking(self.out, True)
            self.text += rest.read().decode()
        os.close(self.out)
        assert self.process.stderr.read() == ""
        self.process.stderr.close()
        return self.text


def listeners(net):
    return net.edgectl.status()["events"]["listeners"]


def tries(net, port, times=1, source="client", to="edge1.access"):
    client, edge = net.at(source, 4), net.at(to, 4)
    for _ in range(times):
        net.injects(client, packets.tcp(client.address, edge.address, net.port(), port))


def test_what_why_names_permits_the_packet(quiet):
    net = quiet
    net.load(ALL)
    net.edgectl("feature", "off", "remote-access")
    client = net.at("client", 4).address
    why = Why(net, "--for", "10m", "--utc", client)
    assert why.text == f"listening for 10m 00s: have {client} try again; Ctrl-C ends\n"
    tries(net, 443, 3)
    tries(net, 443, source="user")          # refused, too, and not asked about
    why.prints("to pass: external/5 needs ")
    remedy = re.search(r"needs edgectl (.*)\n", why.text).group(1)
    net.edgectl(*remedy.split())
    tries(net, 443, 2)
    why.prints("accept external/5,pic/3")
    text = why.ends(1)
    user = net.at("user", 4).address
    assert user not in text and text.count("to pass: ") == 2
    assert re.search(rf"^       3  drop   disabled  wan0 tcp {client} > \S+:443 \(edge1.access\)$",
                     text, re.M)
    assert re.search(rf"^       2  accept external/5,pic/3 wan0 tcp {client} > \S+:443 ", text,
                     re.M)
    assert "\n3 refused and 2 permitted in " in text and "; nothing was lost\n" in text
    assert text.endswith(f"\n{client} is refused in part: disabled; to pass: external/5 needs "
                         "edgectl feature on remote-access\n")


def test_a_flood_of_others_does_not_hide_an_address(quiet):
    """The usual rate would: the filter by address comes behind the rate."""
    net = quiet
    net.load(ALL)
    user, client = net.at("user", 4), net.at("client", 4)
    access = net.at("edge1.access", 4)
    why = Why(net, user.address)
    for _ in range(4):
        net.injects(client, *[packets.tcp(client.address, access.address, 40000 + i, 9)
                              for i in range(250)])
        tries(net, 9, source="user", to="edge1.internal")
    tries(net, 8057, source="user", to="edge1.internal")        # the last one
    why.prints("peer")
    text = why.ends(1)
    assert "\n5 refused and 0 permitted in " in text and "; nothing was lost\n" in text
    assert f"       4  drop   no-row    lan0 tcp {user.address} > " in text
    assert client.address not in text


@pytest.mark.parametrize("mode", ["enforce", "audit"])
def test_a_file_of_monitor_says_the_same_as_the_packets(quiet, mode):
    net = quiet
    net.load(ALL.but(mode=mode))
    monitor = Why(net, "--json", "--address", net.at("user", 4).address, verb="monitor")
    why = Why(net, "--json", "edge1.internal")
    tries(net, 9, source="user", to="edge1.internal")
    tries(net, 8057, 2, source="user", to="edge1.internal")
    tries(net, 5061, source="user", to="edge1.internal")
    monitor.prints('"port":5061,')
    lines = monitor.ends(0)
    live = json.loads(why.ends(1))
    read = json.loads(net.edgectl("why", "--from", "-", "--json", "edge1.internal", stdin=lines,
                                  check=False).stdout)
    assert (live["file"], read["file"], read["seconds"]) == (None, "-", None)
    kinds = [{kind["destination"]["port"]: kind for kind in said["kinds"]}
             for said in (live, read)]
    for port in 8057, 5061:
        assert kinds[0][port] == kinds[1][port]
    assert kinds[0][8057]["times"] == 2 and kinds[0][8057]["mode"] == mode
    assert kinds[0][8057]["to_pass"].startswith("internal/4 needs ")
    refused = "would be refused in mode enforce" if mode == "audit" else "is refused"
    assert read["conclusion"].startswith(f"edge1.internal {refused} in 3 ways")


def test_nothing_that_comes_is_a_conclusion_too(quiet):
    net = quiet
    net.load(ALL)
    client = net.at("client", 4).address
    done = net.edgectl("why", "--for", "1s", client)
    assert re.search(r"\n0 refused and 0 permitted in \d+s; nothing was lost\n"
                     rf"no packet between {re.escape(client)} and an Edge address was judged: "
                     r"look at the way to this host\n\Z", done.stdout), done.stdout
    av = net.at("edge1.av", 4)
    net.injects(net.at("client", 4), packets.udp(client, av.address, net.port(), 3478))
    answer = net.edgectl.json("why", "--for", "1s", client)
    assert answer["open_connections"] == 1 and answer["kinds"] == []
    assert "1 of its connections is open" in answer["conclusion"]
    # Permitted connections are told as well, and refuse nothing.
    why = Why(net, client)
    tries(net, 443)
    why.prints("accept external/5")
    assert why.ends(0).endswith(f"nothing of {client} was refused: look behind this host, or at "
                                "the way back\n")
    net.edgectl("flush")
    done = net.edgectl("why", client, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "edgectl: no policy is loaded: edgectl load\n"
