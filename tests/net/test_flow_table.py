# SPDX-License-Identifier: GPL-2.0-only
"""The flow table says what the document's tables say."""

import csv

from flow_table import FEATURES, PEER_SETS, ROWS, SERVICES, TOP, ZONES

POLICY = TOP / "tests/data/edge-port-policy.csv"


def test_the_flow_table_is_the_document_row_by_row():
    with POLICY.open(newline="", encoding="utf-8") as file:
        document = list(csv.DictReader(file))
    ours = [{
        "id": r.id, "zone": r.zone, "service": r.service,
        "direction": r.direction, "side": r.side, "role": r.role,
        "application": r.application, "l4": r.l4,
        "port_low": str(r.port_low), "port_high": str(r.port_high),
        "peer_sets": " ".join(r.peer_sets),
        "any_when_unbound": "yes" if r.any_when_unbound else "no",
        "feature": r.feature} for r in ROWS]
    for row in document:
        for column in ("source", "destination", "note"):
            del row[column]
    assert ours == document


def test_the_flow_table_uses_every_name_and_no_other():
    assert {r.zone for r in ROWS} == set(ZONES)
    assert {r.feature for r in ROWS} - {""} == set(FEATURES)
    assert {r.service for r in ROWS} == set(SERVICES)
    # internal-networks is what Any means inside, and no row's own set
    assert {s for r in ROWS for s in r.peer_sets} == \
        set(PEER_SETS) - {"internal-networks"}
