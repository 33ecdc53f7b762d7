# SPDX-License-Identifier: GPL-2.0-only
"""Additions to a site that must be refused, each beside a twin that is accepted."""

import messages
import model

MOST_ROWS = 64
# The mask of a number that no set has: the documents' are below, the sites' far above.
NO_SET = 1 << 13
PORT = [("protocol", 6), ("low", 7), ("high", 8)]
MOVED = [("service", "access"), ("protocol", 6), ("documented-low", 5061),
         ("documented-high", 5061), ("low", 6000), ("high", 6000)]
ROW = [("name", "good"), ("service", "access"), ("direction", "out"), ("ports", PORT),
       ("any", True)]
SET = [("set", 13), ("name", "good-set")]
# As ROW, of the set.
SET_ROW = [*ROW[:-1], ("sets", NO_SET)]


def but(pairs, *changed):
    """The pairs with other values, None for what is left out, and with what is new."""
    names = [name for name, _ in changed]
    return [pair for pair in pairs if pair[0] not in names] + [
        (name, value) for name, value in changed if value is not None]


def with_ports(*changed):
    return but(ROW, ("ports", but(PORT, *changed)))


ROWS = {
    "no name": but(ROW, ("name", None)),
    "an empty name": but(ROW, ("name", "")),
    "a capital in a name": but(ROW, ("name", "Good")),
    "a sign in a name": but(ROW, ("name", "go_od")),
    "a name of 32": but(ROW, ("name", "a" * 32)),
    "no service": but(ROW, ("service", None)),
    "a service that is none": but(ROW, ("service", 4)),
    "no direction": but(ROW, ("direction", None)),
    "a direction that is none": but(ROW, ("direction", 2)),
    "no ports": but(ROW, ("ports", None)),
    "17 ports": ROW + [("ports", PORT)] * 16,
    "ICMP": with_ports(("protocol", 1)),
    "no protocol": with_ports(("protocol", None)),
    "no first port": with_ports(("low", None)),
    "no last port": with_ports(("high", None)),
    "port 0": with_ports(("low", 0)),
    "a range turned round": with_ports(("low", 9)),
    "neither any nor a set": but(ROW, ("any", None)),
    "no set": but(ROW, ("any", None), ("sets", 0)),
    "any beside a set": but(ROW, ("sets", 1)),
    "a set that is none": but(ROW, ("any", None), ("sets", NO_SET)),
    "a node that is none": but(ROW, ("nodes", "no such node")),
    "exposed that is not needed": but(ROW, ("exposed", True)),
    "any that is not exposed": but(ROW, ("direction", "in")),
    "a note of 128": but(ROW, ("note", "x" * 128)),
}
GOOD_ROWS = (
    ROW, SET_ROW, but(ROW, ("name", "a" * 31)), ROW + [("ports", PORT)] * 15,
    with_ports(("protocol", 17)), with_ports(("low", 1)), with_ports(("low", 8)),
    with_ports(("high", 65535)), but(ROW, ("direction", "in"), ("exposed", True)),
    but(ROW, ("note", "x" * 127)),
)
SETS = {
    "a set without a number": but(SET, ("set", None)),
    "a set without a name": but(SET, ("name", None)),
    "a number of the document": but(SET, ("set", 0)),
    "a number that is none": but(SET, ("set", 32)),
    "a set called any": but(SET, ("name", "any")),
    "a set of the document's name": but(SET, ("name", "internal-networks")),
    "a sign in a set's name": but(SET, ("name", "good set")),
}
TWICE = "a port that is moved twice"
PORTS = {
    TWICE: MOVED,
    "no such port": but(MOVED, ("documented-low", 5060)),
    "no such range": but(MOVED, ("documented-high", 5062)),
    "an out row": but(MOVED, ("documented-low", 53), ("documented-high", 53)),
    "a port of another service": but(MOVED, ("service", "webconf")),
    "a port of another protocol": but(MOVED, ("protocol", 17)),
    "a moved port 0": but(MOVED, ("low", 0)),
    "a port that becomes a range": but(MOVED, ("high", 6001)),
    "a moved range turned round": but(MOVED, ("high", 5999)),
    **{f"no {name}": but(MOVED, (name, None)) for name, _ in MOVED},
}
OTHERS = {
    "a profile that is none": ("profile", len(model.PROFILE_NAMES)),
    "a row off that is none": ("row-off", "external/99"),
    "a row off of another site": ("row-off", "site/nobody"),
    "ping-peers of no set": ("ping-peers", NO_SET),
    "peers of no set": ("peers", [("set", 13)]),
    "a set that nobody uses": ("own-set", SET),
}


def one_of(rng, site):
    """(what is wrong, the accepted load, the refused one) of a valid site."""
    base = messages.load_of(site)
    has_room = len(site.rows) < MOST_ROWS
    moves = "access-federation" not in site.ports
    kind = rng.choice(["others"] + ["rows"] * 3 * has_room + ["sets"] * has_room +
                      ["ports"] * moves)
    if kind == "rows":
        good = rng.choice(GOOD_ROWS)
        what = rng.choice(list(ROWS))
        return (what, base + [("own-set", SET)] * (good is SET_ROW) + [("site-row", good)],
                base + [("site-row", ROWS[what])])
    if kind == "sets":
        what = rng.choice(list(SETS))
        used = ("site-row", SET_ROW)
        return what, base + [("own-set", SET), used], base + [("own-set", SETS[what]), used]
    if kind == "ports":
        what = rng.choice(list(PORTS))
        good = base + [("port", MOVED)]
        return what, good, (good if what == TWICE else base) + [("port", PORTS[what])]
    what = rng.choice(list(OTHERS))
    bad = OTHERS[what]
    return what, base, [pair for pair in base if pair[0] != "ping-peers"] + [bad]
