# SPDX-License-Identifier: GPL-2.0-only
"""Lines of a file of expectations, from packets of the model."""

import dataclasses

import model
from model import LOCAL


def end(address, port):
    if port is None:
        return str(address)
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


def question(packet):
    """The words of a question, as `edgectl explain` takes them."""
    way = "--local" if packet.arrival is LOCAL else f"--in {packet.arrival}"
    protocol = "icmp" if packet.protocol == "echo" else packet.protocol
    sport = None if packet.sport is None or packet.sport % 5 == 0 else packet.sport
    return f"{way} {protocol} {end(packet.source, sport)} " \
           f"{end(packet.destination, packet.dport)}"


def explain(site, packet):
    """The model's answer; a packet that bypasses the hooks is of no node."""
    found = model.explain(site, packet)
    if packet.is_bypass:
        found |= {"source_node": None, "destination_node": None}
    order = {row.id: place for place, row in enumerate(site.rows)}
    return found | {key: sorted(found[key], key=order.get) for key in ("rows", "near")}


def questions(rng, site, source, count):
    """Random packets, a few of which arrive on devices of no configuration."""
    for _ in range(count):
        packet = source.packet()
        if rng.random() < 0.03:
            elsewhere = rng.choice((*site.interfaces, "lo", "nowhere0"))
            packet = dataclasses.replace(packet, arrival=elsewhere,
                                         is_bypass=elsewhere == "lo")
        yield packet
