# SPDX-License-Identifier: GPL-2.0-only
"""The compiled-in table against the policy's own file, cell by cell."""

import csv
import pathlib
import re

import pytest

TESTS = pathlib.Path(__file__).parent
CSV = TESTS / "data" / "profiles" / "lync2013-scaled-public.csv"
TABLE = TESTS.parent / "include/nf_edge/profiles/lync2013-scaled-public.def"

# The columns in words of the document; notes are put in other words, and
# source and destination follow from service, direction and peers.
IN_WORDS = {"source", "destination", "note"}

CELL = r'\s*("[^"]*"|[^",]+?)\s*'
ROW = re.compile(r"^ROW\(" + ",".join([CELL] * 13) + r"\)$")


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


def read_table(text):
    """The table's rows, each a dict with the columns of the CSV."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    rows = []
    for line in filter(None, map(str.strip, text.splitlines())):
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
            "feature": feature(cells[11]),
        })
        assert string(cells[12]), "a row without a note"
    return rows


def read_csv():
    with open(CSV, newline="", encoding="utf-8") as file:
        return [{column: cell for column, cell in line.items() if column not in IN_WORDS}
                for line in csv.DictReader(file)]


def differences(table, policy):
    found = [] if len(table) == len(policy) else [f"{len(table)} rows, not {len(policy)}"]
    for row, line in zip(table, policy):
        found += [f"{line['id']}: {column} is {row[column]!r}, not {cell!r}"
                  for column, cell in line.items() if row[column] != cell]
    return found


def test_the_table_is_the_policy():
    assert len(read_csv()) == 37
    assert differences(read_table(TABLE.read_text(encoding="utf-8")), read_csv()) == []


@pytest.mark.parametrize("before, after, column", [
    ('"external/1"', '"external/17"', "id"),
    ("EXTERNAL, ACCESS", "XMPP, ACCESS", "zone"),
    ("ACCESS, IN", "WEBCONF, IN", "service"),
    ("ACCESS, IN", "INTERNAL, IN", "side"),
    ("ACCESS, IN", "ACCESS, OUT", "direction"),
    ('"Access"', '"Acces"', "role"),
    ('"SIP(TLS)"', '"SIP(MTLS)"', "application"),
    ("UDP, 53, 53", "TCP, 53, 53", "l4"),
    ("50000, 59999", "50001, 59999", "port_low"),
    ("50000, 59999", "50000, 60000", "port_high"),
    ("PEER(DIRECTOR) | PEER(FRONTEND)", "PEER(DIRECTOR)", "peer_sets"),
    ("PEER(CRL)", "PEER(CMS)", "peer_sets"),
    ("NOBODY", "ANY", "any_when_unbound"),
    ("REMOTE_ACCESS", "FEDERATION", "feature"),
    ("NONE", "AV", "feature"),
])
def test_a_changed_cell_is_noticed(before, after, column):
    text = TABLE.read_text(encoding="utf-8")
    assert before in text
    found = differences(read_table(text.replace(before, after, 1)), read_csv())
    assert any(f": {column} is " in difference for difference in found)


def test_a_missing_row_and_a_changed_order_are_noticed():
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("ROW("))
    assert differences(read_table("\n".join(lines[:-1])), read_csv())
    lines[first], lines[first + 1] = lines[first + 1], lines[first]
    assert differences(read_table("\n".join(lines)), read_csv())
