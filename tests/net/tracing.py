# SPDX-License-Identifier: GPL-2.0-only
"""The module's tracepoints, by tracefs.

    with Traced("refused") as traced:
        ...                         packets
        traced.takes(3)             at least three records: all so far
"""

import ipaddress
import os
import pathlib
import re

from netlib import until

TRACING = pathlib.Path("/sys/kernel/tracing")
EVENTS = TRACING / "events/nf_edge"

RECORD = re.compile(
    r" nf_edge_(?P<name>\w+): reason=(?P<reason>\S+)(?P<would_be> would_be)? rows=(?P<rows>\S*)"
    r" netns=(?P<netns>\d+) generation=(?P<generation>\d+) ifindex=(?P<ifindex>\d+)"
    r" protocol=(?P<protocol>\d+)"
    r" source=\[(?P<source>\S+)\]:(?P<sport>\d+) source_node=(?P<source_node>\S*)"
    r" destination=\[(?P<destination>\S+)\]:(?P<dport>\d+)"
    r" destination_node=(?P<destination_node>\S*) length=(?P<length>\d+)"
    r" icmp=(?P<icmp_type>\d+)/(?P<icmp_code>\d+) tcp_flags=0x(?P<tcp_flags>[0-9a-f]{2})"
    r"(?P<reply> reply)?(?P<error> error)?$", re.MULTILINE)


def is_available():
    return EVENTS.is_dir()


def _plain(mapped):
    address = ipaddress.IPv6Address(mapped)
    return str(address.ipv4_mapped or address)


class Record:
    """The fields of a record, as an event of the family has them."""

    def __init__(self, found):
        self.name = found["name"]
        self.netns = int(found["netns"])
        self.fields = {
            "verdict": "accept" if self.name == "permitted" else "drop",
            "reason": None if found["reason"] == "none" else found["reason"],
            "mode": None if self.name == "permitted" else
                    "audit" if found["would_be"] else "enforce",
            "rows": found["rows"].split(",") if found["rows"] else [],
            "source": _plain(found["source"]), "destination": _plain(found["destination"]),
            "source-node": found["source_node"] or None,
            "destination-node": found["destination_node"] or None,
            "tcp-flags": int(found["tcp_flags"], 16),
            "reply": bool(found["reply"]), "error": bool(found["error"])}
        for field, name in (("source-port", "sport"), ("destination-port", "dport"),
                            ("icmp-type", "icmp_type"), ("icmp-code", "icmp_code"),
                            ("ifindex", "ifindex"), ("protocol", "protocol"),
                            ("length", "length"), ("generation", "generation")):
            self.fields[field] = int(found[name])


def as_record(event):
    """An event of the family, with the fields of a record."""
    found = {field: event.get(field, 0) for field in
             ("source-port", "destination-port", "icmp-type", "icmp-code", "ifindex", "protocol",
              "length", "generation", "tcp-flags")}
    found |= {field: event.get(field) for field in
              ("verdict", "reason", "mode", "source-node", "destination-node")}
    found |= {field: bool(event.get(field)) for field in ("reply", "error")}
    found["rows"] = event.get("row" if event["verdict"] == "accept" else "near", [])
    for end in "source", "destination":
        found[end] = event.get(f"{end}-ipv4") or event.get(f"{end}-ipv6")
    return found


class Traced:
    def __init__(self, *names):
        self.names = names or ("refused", "permitted")

    def __enter__(self):
        (TRACING / "trace").write_text("")
        self.switch("1")
        return self

    def __exit__(self, *_):
        if is_available():
            self.switch("0")

    def switch(self, on):
        for name in self.names:
            (EVENTS / f"nf_edge_{name}/enable").write_text(on)

    @staticmethod
    def reads():
        return [Record(found) for found in
                RECORD.finditer((TRACING / "trace").read_text())]

    def takes(self, count):
        until(lambda: len(self.reads()) >= count, f"{count} records come")
        return self.reads()


def netns_of(namespace):
    """The number of a namespace, as records have it."""
    with namespace.entered():
        return os.stat("/proc/thread-self/ns/net").st_ino
