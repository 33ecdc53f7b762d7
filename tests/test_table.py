# SPDX-License-Identifier: GPL-2.0-only
"""The compiled-in tables against the documents' own tables, cell by cell.

Each profile has a file of rows and a CSV in the words of its document. The two
must agree. Service, peer sets, peers while no set is bound, feature and note
are a reading of the words: each follows from a rule that stands below, for
every row of every profile.
"""

import csv
import pathlib
import re

import pytest

TESTS = pathlib.Path(__file__).parent
TABLES = TESTS.parent / "include/nf_edge/profiles"
DOCUMENTS = TESTS / "data/profiles"

DEFAULT = "lync2013-scaled-public"
ROWS = {DEFAULT: 37, "lync2013-scaled-nat": 38, "lync2013-single-public": 37,
        "lync2013-single-nat": 37, "sfb2015": 25, "sfb2019": 23}

each_profile = pytest.mark.parametrize("profile", ROWS)

# The columns in words of the document; notes are put in other words, and
# source and destination follow from service, direction and peers.
IN_WORDS = {"source", "destination", "note"}

CELL = r'\s*("[^"]*"|[^",]+?)\s*'
ROW = re.compile(r"^ROW\(" + ",".join([CELL] * 13) + r"\)$")
GUARD = re.compile(r"^GUARD\(" + ",".join([CELL] * 3) + r"\)$")


def string(cell):
    assert cell[0] == cell[-1] == '"', cell
    return cell[1:-1]


def word(cell):
    assert re.fullmatch(r"[A-Z][A-Z0-9_]*", cell), cell
    return cell.lower().replace("_", "-")


def peer_sets(cell):
    if cell == "0":
        return ""
    terms = [term.strip() for term in cell.split("|")]
    return " ".join(word(re.fullmatch(r"PEER\((\w+)\)", term).group(1)) for term in terms)


def feature(cell):
    return "" if cell == "NONE" else word(cell)


def lines_of(text):
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return list(filter(None, map(str.strip, text.splitlines())))


def read_table(text):
    """The table's rows, each a dict with the columns of the CSV."""
    rows = []
    for line in lines_of(text):
        if GUARD.match(line):
            continue
        match = ROW.match(line)
        assert match, f"not a row: {line}"
        cells = match.groups()
        service = word(cells[2])
        rows.append({
            "id": string(cells[0]), "zone": word(cells[1]), "service": service,
            "direction": word(cells[3]),
            "side": "internal" if service == "internal" else "external",
            "role": string(cells[4]), "application": string(cells[5]),
            "l4": word(cells[6]), "port_low": cells[7], "port_high": cells[8],
            "peer_sets": peer_sets(cells[9]),
            "any_when_unbound": {"ANY": "yes", "NOBODY": "no"}[cells[10]],
            "feature": feature(cells[11]), "note": string(cells[12]),
        })
    return rows


def read_guards(text):
    """What a table guards: (protocol, first port, last port)."""
    return [(word(l4), low, high) for l4, low, high in
            (match.groups() for match in map(GUARD.match, lines_of(text)) if match)]


def text_of(profile):
    return (TABLES / f"{profile}.def").read_text(encoding="utf-8")


def read_csv(profile):
    with open(DOCUMENTS / f"{profile}.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def differences(table, document):
    found = [] if len(table) == len(document) else \
        [f"{len(table)} rows, not {len(document)}"]
    for row, line in zip(table, document):
        found += [f"{line['id']}: {column} is {row[column]!r}, not {cell!r}"
                  for column, cell in line.items()
                  if column not in IN_WORDS and row[column] != cell]
    return found


def test_each_profile_has_a_table_and_a_document():
    assert {path.stem for path in TABLES.glob("*.def")} == set(ROWS)
    assert {path.stem for path in DOCUMENTS.glob("*.csv")} == set(ROWS)


@each_profile
def test_the_table_is_the_document(profile):
    assert len(read_csv(profile)) == ROWS[profile]
    assert differences(read_table(text_of(profile)), read_csv(profile)) == []


@each_profile
def test_ids_are_line_numbers_of_the_document(profile):
    """They rise in each zone, and leave out the lines that sfb2019 has not."""
    missing = {"sfb2019": {"external/1", "internal/1"}}.get(profile, set())
    ids = [line["id"] for line in read_csv(profile)]
    last = {}
    for line in ids:
        zone, number = line.split("/")
        last[zone] = int(number)
    assert ids == [row for zone, count in last.items()
                   for row in (f"{zone}/{n}" for n in range(1, count + 1))
                   if row not in missing]


@each_profile
def test_the_logging_ports_are_guarded(profile):
    assert read_guards(text_of(profile)) == [("tcp", "50001", "50003")]


@pytest.mark.parametrize("before, after", [
    ("GUARD(TCP, 50001, 50003)\n", ""),
    ("GUARD(TCP, 50001, 50003)", "GUARD(UDP, 50001, 50003)"),
    ("GUARD(TCP, 50001, 50003)", "GUARD(TCP, 50000, 50003)"),
    ("GUARD(TCP, 50001, 50003)", "GUARD(TCP, 50001, 50003)\nGUARD(TCP, 443, 443)"),
])
def test_a_changed_guard_is_noticed(before, after):
    text = text_of(DEFAULT)
    assert before in text
    assert read_guards(text.replace(before, after)) != [("tcp", "50001", "50003")]


@pytest.mark.parametrize("line", [
    "GUARD(TCP, 50001)", "GUARD(TCP, 50001, 50003, AV)", "GUARD TCP 50001 50003",
    "PORTS(TCP, 50001, 50003)",
])
def test_a_line_that_is_neither_row_nor_guard_is_noticed(line):
    with pytest.raises(AssertionError, match="not a row"):
        read_table(text_of(DEFAULT) + line)


@pytest.mark.parametrize("profile, before, after, column", [
    (DEFAULT, '"external/1"', '"external/17"', "id"),
    (DEFAULT, "EXTERNAL, ACCESS", "XMPP, ACCESS", "zone"),
    (DEFAULT, "ACCESS, IN", "WEBCONF, IN", "service"),
    (DEFAULT, "ACCESS, IN", "INTERNAL, IN", "side"),
    (DEFAULT, "ACCESS, IN", "ACCESS, OUT", "direction"),
    (DEFAULT, '"Access"', '"Acces"', "role"),
    (DEFAULT, '"SIP(TLS)"', '"SIP(MTLS)"', "application"),
    (DEFAULT, "UDP, 53, 53", "TCP, 53, 53", "l4"),
    (DEFAULT, "50000, 59999", "50001, 59999", "port_low"),
    (DEFAULT, "50000, 59999", "50000, 60000", "port_high"),
    (DEFAULT, "PEER(DIRECTOR) | PEER(FRONTEND)", "PEER(DIRECTOR)", "peer_sets"),
    (DEFAULT, "PEER(CRL)", "PEER(CMS)", "peer_sets"),
    (DEFAULT, "NOBODY", "ANY", "any_when_unbound"),
    (DEFAULT, "REMOTE_ACCESS", "FEDERATION", "feature"),
    (DEFAULT, "NONE", "AV", "feature"),
    ("lync2013-scaled-nat", '"external/17"', '"external/16"', "id"),
    ("lync2013-scaled-nat", "ACCESS, OUT", "ACCESS, IN", "direction"),
    ("lync2013-single-public", '"external/9", EXTERNAL, AV',
     '"external/9", EXTERNAL, ACCESS', "service"),
    ("lync2013-single-nat", "PEER(XMPP_GATEWAY)", "PEER(FRONTEND)", "peer_sets"),
    ("sfb2015", "NOBODY", "ANY", "any_when_unbound"),
    ("sfb2015", "59999, 0, ANY, AV", "59999, 0, ANY, FEDERATION_AV", "feature"),
    ("sfb2019", '"external/11", EXTERNAL, AV, OUT', '"external/11", EXTERNAL, AV, IN',
     "direction"),
    ("sfb2019", '"Web conferencing"', '"Web Conferencing"', "role"),
])
def test_a_changed_cell_is_noticed(profile, before, after, column):
    text = text_of(profile)
    assert before in text
    found = differences(read_table(text.replace(before, after, 1)), read_csv(profile))
    assert any(f": {column} is " in difference for difference in found)


@each_profile
def test_a_missing_row_and_a_changed_order_are_noticed(profile):
    lines = text_of(profile).splitlines()
    rows = [number for number, line in enumerate(lines) if line.startswith("ROW(")]
    first, last = rows[0], rows[-1]
    assert differences(read_table("\n".join(lines[:last] + lines[last + 1:])),
                       read_csv(profile))
    lines[first], lines[first + 1] = lines[first + 1], lines[first]
    assert differences(read_table("\n".join(lines)), read_csv(profile))


# How the words of a document become service, sets, peers, feature and note.

SERVICE_WORDS = (("Access Edge service", "access"), ("Web Conferencing Edge", "webconf"),
                 ("A/V Edge", "av"), ("internal", "internal"))
ROLES = {"access": {"Access", "XMPP", ""}, "av": {"A/V"}, "internal": {""},
         "webconf": {"Web Conferencing", "Web conferencing"}}

# What the document prints, and how the row is read.
ERRATA = {("lync2013-single-public", "external/9"): "av"}   # printed: Access Edge

SET_WORDS = (("XMPP Gateway", "xmpp-gateway"), ("Director", "director"),
             ("Central Management", "cms"), ("Front End", "frontend"),
             ("Survivable Branch", "sba"),
             ("Public IM connectivity partners", "pic-partners"),
             ("Live Messenger clients", "live-messenger-clients"))
# Where the document names no peers, a set may narrow a row of these.
SET_OF_FLOW = {("access", "tcp", "5269"): "xmpp-partners", ("access", "tcp", "80"): "crl",
               ("access", "tcp", "53"): "dns", ("access", "udp", "53"): "dns",
               ("access", "tcp", "5061"): "federation-partners",
               ("internal", "tcp", "23456"): "xmpp-gateway",
               **{("internal", "tcp", str(port)): "cls-controller"
                  for port in (50001, 50002, 50003)}}

FEATURE_OF_FLOW = {
    ("access", "tcp", "5269"): "xmpp", ("internal", "tcp", "23456"): "xmpp",
    ("access", "tcp", "80"): "", ("access", "tcp", "53"): "", ("access", "udp", "53"): "",
    ("access", "tcp", "443"): "remote-access", ("access", "tcp", "5061"): "federation",
    ("webconf", "tcp", "443"): "web-conferencing", ("internal", "tcp", "8057"): "web-conferencing",
    ("av", "udp", "3478"): "av", ("av", "tcp", "443"): "av",
    ("internal", "tcp", "5062"): "av", ("internal", "udp", "3478"): "av",
    ("internal", "tcp", "443"): "av", ("internal", "tcp", "5061"): "",
    ("internal", "tcp", "4443"): "", ("internal", "tcp", "50001"): "cls",
    ("internal", "tcp", "50002"): "cls", ("internal", "tcp", "50003"): "cls"}


def flow(line):
    return line["service"], line["l4"], line["port_low"]


def edge_and_peer(line):
    """The cells that name the Edge end and the other end."""
    ends = line["destination"], line["source"]
    return ends if line["direction"] == "in" else ends[::-1]


def service_of(profile, line):
    edge, _ = edge_and_peer(line)
    printed = next(service for words, service in SERVICE_WORDS if words in edge)
    return ERRATA.get((profile, line["id"]), printed)


def sets_of(line):
    _, peer = edge_and_peer(line)
    named = {name for words, name in SET_WORDS if words in peer}
    if named & {"xmpp-gateway", "cms"}:     # a front end that is one of these
        named.discard("frontend")
    if not named and peer == "Any":
        named = {SET_OF_FLOW[flow(line)]} if flow(line) in SET_OF_FLOW else set()
    return named


def unbound_of(line):
    """Any, or anybody who "can be defined as", is Any. A list is its members."""
    _, peer = edge_and_peer(line)
    is_any = peer in ("Any", "Clients") or peer.startswith("Any (can be defined as")
    return "yes" if is_any else "no"


def feature_of(line):
    """What the note makes a condition; else what the flow is for."""
    _, peer = edge_and_peer(line)
    if peer == "Live Messenger clients":
        return "live-messenger"
    if peer == "Public IM connectivity partners":
        return "pic"
    if line["application"] == "RTP":
        if line["note"].startswith("Required only for federation with partners running OCS 2007"):
            return "ocs2007"
        if line["note"].startswith("Required for federating with partners"):
            return "federation-av"
        return "av"
    return FEATURE_OF_FLOW[flow(line)]


@each_profile
def test_service_sets_peers_and_feature_follow_from_the_words(profile):
    for line in read_csv(profile):
        read = (line["service"], set(line["peer_sets"].split()), line["any_when_unbound"],
                line["feature"])
        wanted = (service_of(profile, line), sets_of(line), unbound_of(line),
                  feature_of(line))
        assert read == wanted, line["id"]
        assert line["role"] in ROLES[line["service"]], line["id"]


@each_profile
def test_errata_are_where_the_document_is_wrong(profile):
    """Role and Edge end name different services, and the CSV's note says so."""
    found = {(profile, line["id"]) for line in read_csv(profile)
             if line["role"] == "A/V" and "A/V" not in edge_and_peer(line)[0]}
    assert found == {key for key in ERRATA if key[0] == profile}
    for _, row in found:
        line = next(line for line in read_csv(profile) if line["id"] == row)
        assert "Erratum" in line["note"]


def note_key(row):
    return tuple(row[column] for column in
                 ("zone", "service", "direction", "l4", "port_low", "port_high"))


# Rows that the default profile has not, or not on the same terms.
OWN_NOTES = {
    ("lync2013-scaled-nat", "external/2"):
        "the XMPP proxy, which shares the Access address, reaches XMPP contacts of allowed domains",
    **{(profile, row): "media that the A/V Edge relays"
       for profile in ("sfb2015", "sfb2019") for row in ("external/9", "external/10")},
}


@each_profile
def test_a_note_is_that_of_the_same_line_of_the_default_profile(profile):
    """Ids apart: a note that names a row names it by its id in this profile."""
    default = read_table(text_of(DEFAULT))
    notes = {note_key(row): row["note"] for row in default}
    flows = {row["id"]: note_key(row) for row in default}
    table = read_table(text_of(profile))
    ids = {note_key(row): row["id"] for row in table}
    for row in table:
        wanted = OWN_NOTES.get((profile, row["id"])) or re.sub(
            r"\b[a-z]+/\d+\b", lambda match: ids[flows[match.group()]], notes[note_key(row)])
        assert row["note"] == wanted, row["id"]
        assert row["note"], row["id"]
