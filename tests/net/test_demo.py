# SPDX-License-Identifier: GPL-2.0-only
"""The demonstration of `make demo`: each act tells the rows that carried or
refused its traffic, and each permitted thing has a twin that is refused."""

import pathlib
import re
import subprocess
import sys

import pytest

TREE = pathlib.Path(__file__).resolve().parents[2]

# The second act: rows of the site's own, by what they carry.
OWN = {
    "a jump host opens a shell": "site/admin",
    "... and a remote desktop": "site/admin",
    "the Edge sets its clock": "site/ntp",
    "... fetches patches over HTTP": "site/patches",
    "... and over HTTPS": "site/patches",
    "... reports to the monitor": "site/scom",
}
MOVED = {
    "a remote user signs in, on 5061": "external/5, external/6",
    "... joins a web conference, on 444": "external/8",
}
TWINS = {
    "a user's remote desktop": "peer: site/admin",
    "a jump host, on the public address": "no-row",
    "a spoofed jump host, from outside": "spoofed",
    "the Edge asks another clock": "peer: site/ntp",
    "the Edge fetches patches elsewhere": "peer: site/patches",
    "... reports to another monitor": "peer: site/scom",
    "a jump host's remote desktop": "disabled: site/admin",
}


@pytest.fixture(name="acts", scope="module")
def fixture_acts(nf_edge):
    """What the demonstration prints, by act."""
    done = subprocess.run([sys.executable, TREE / "demo/traffic.py"],
                          capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return re.split(r"^Act (?:one|two): .*$", done.stdout, flags=re.M)[1:]


def told(act, verdict):
    """{what: why} of the traffic with this verdict."""
    found = re.findall(rf"^  {verdict:8} (.*)\n {{11}}(\S+ -> \S+) +(.*)$",
                       act, re.M)
    return {what: why for what, _, why in found}


def test_each_act_tells_the_rows_of_its_traffic(acts):
    first, second = acts
    assert told(first, "works")["a remote user signs in"] == "external/5, pic/3"
    assert told(first, "refused")["a front end, on the wrong port"] == "no-row"
    carried, refused = told(second, "works"), told(second, "refused")
    assert (OWN | MOVED).items() <= carried.items()
    assert TWINS.items() <= refused.items()


def test_the_second_act_fits_a_narrow_terminal(acts):
    _, second = acts
    assert max(map(len, second.splitlines())) <= 80


def test_the_second_act_shows_origins_and_counts(acts):
    _, second = acts
    for row in sorted(set(OWN.values())):
        assert re.search(rf"^  {row} +internal +(?:in|out) .* yes +site$", second,
                         re.M)
        assert re.search(rf"^  {row} +[1-9]", second, re.M)
    assert re.search(r"^  external/5 .* 5061 \(443\) .* document$", second, re.M)


def test_the_end_watches_and_reports(acts):
    _, second = acts
    monitor, top, report = (re.search(rf"{title}.*?\n=+\n(.*?)(?=\n\n[A-Z]|\Z)", second, re.S)[1]
                            for title in ("Watching", "Rates", "One page"))
    assert len(re.findall(r"^  [0-9:.]+ (?:drop|accept) ", monitor, re.M)) == 4
    assert re.search(r"^  external/5 +\d", top, re.M)
    path = re.search(r"The page is in (\S+): ", report)[1]
    page = pathlib.Path(path).read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>") and "site/admin" in page


def test_each_row_of_the_site_has_a_refused_twin():
    assert set(OWN.values()) <= {
        why.split(": ")[1] for why in TWINS.values() if ": " in why}


def test_each_act_tests_its_expectations(acts):
    for act, count in zip(acts, (74, 56)):
        assert act.count(f"  {count} as expected, 0 differ\n") == 2
