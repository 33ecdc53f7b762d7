# SPDX-License-Identifier: GPL-2.0-only
"""The text format of Prometheus, read strictly.

    found = Metrics(text)
    found["nf_edge_row_connections_total", {"node": "edge1", "row": "external/5"}]
"""

import re

NAME = r"[a-zA-Z_][a-zA-Z0-9_]*"
LABEL = rf'({NAME})="((?:[^"\\\n]|\\["\\n])*)"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? ([0-9]+(?:\.[0-9]+)?)$")
META = re.compile(rf"# (HELP|TYPE) ({NAME}) (.+)$")


def unescaped(text):
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], text)


class Metrics:
    """Samples by name and labels. Each family has HELP, then TYPE, then its
    samples, and stands in one place; no sample stands there twice."""

    def __init__(self, text):
        assert text.endswith("\n")
        self.types, self.helps, self.samples = {}, {}, {}
        current = None
        for line in text.splitlines():
            meta = META.match(line)
            if meta and meta[1] == "HELP":
                assert meta[2] not in self.helps, line
                self.helps[meta[2]] = meta[3]
                current = meta[2]
            elif meta:
                assert meta[2] == current and current not in self.types, line
                self.types[current] = meta[3]
            else:
                self._read(line, current)
        assert set(self.types) == set(self.helps)
        for name, kind in self.types.items():
            assert (kind == "counter") == name.endswith("_total"), name

    def _read(self, line, family):
        found = SAMPLE.match(line)
        assert found and found[1] == family, line
        labels = re.findall(LABEL, found[2] or "")
        key = found[1], frozenset((name, unescaped(value)) for name, value in labels)
        assert len(key[1]) == len(labels) and key not in self.samples, line
        number = found.groups()[-1]
        self.samples[key] = float(number) if "." in number else int(number)

    def __getitem__(self, key):
        name, labels = key if isinstance(key, tuple) else (key, {})
        return self.samples[name, frozenset(labels.items())]

    def of(self, name):
        """[(labels, value)] of one name."""
        return [(dict(labels), value) for (each, labels), value in self.samples.items()
                if each == name]

    def names(self):
        return set(self.types)
