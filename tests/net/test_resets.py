# SPDX-License-Identifier: GPL-2.0-only
"""Resets that the appliance's own ruleset sends are their connection's."""

import pytest

from netlib import permitted, reference, together, until

SIGN_IN = ["external/5", "pic/3"]
RST = 4

# Source ports whose upper octet is the type of an ICMP redirect: conntrack
# calls a reset of the local host RELATED, as it does ICMP errors.
LIKE_A_REDIRECT = {4: 0x0500 + 20, 6: 0x8900 + 28}
REJECT = ("table inet resets {{ chain c {{ type filter hook forward priority 0; "
          "tcp sport 443 {} reject with tcp reset; }}; }}")


def is_reset(packet):
    return packet.proto == 6 and packet.payload[13] & RST


@pytest.fixture(name="rejecting")
def fixture_rejecting(net):
    """The appliance answers the Edge's answers with a reset."""
    net.load(reference(features=["remote-access"]))
    net.box.nft(REJECT.format(""))
    yield net
    net.box.nft("delete table inet resets")


def syn(net, family):
    """A first packet to a server, from a host that does not answer back."""
    client, access = net.at("client", family), net.at("edge1.access", family)
    server = net.listens("tcp", access, 443)
    tap, wire = net.tap(access), net.tap(client)
    watch = net.watch()
    net.attempts("tcp", client, access, 443, sport=LIKE_A_REDIRECT[family])
    return server, tap, wire, watch, client, access


def test_a_reset_of_the_appliance_counts_as_its_connection_s(rejecting, family):
    net = rejecting
    _, tap, _, watch, client, access = syn(net, family)
    until(lambda: any(is_reset(p) for p in tap.arrived(client.address)),
          "the reset arrives at the Edge")

    def expected():
        there, back = net.traffic(tap, client.address, access.address)
        assert there[0] >= 2 and back[0] >= 1
        return together(permitted("edge1", SIGN_IN, 1, there, back))
    watch.expect(expected)


def test_a_reset_for_a_dead_row_is_refused(rejecting, family):
    """The row dies while the connection waits for its answer."""
    net = rejecting
    client, access = net.at("client", family), net.at("edge1.access", family)
    net.edgectl.feature("off", "remote-access")
    net.listens("tcp", access, 443)
    tap = net.tap(access)
    net.refuses("tcp", client, access, 443, "disabled", SIGN_IN,
                sport=LIKE_A_REDIRECT[family])
    assert not any(is_reset(p) for p in tap.arrived(client.address))
