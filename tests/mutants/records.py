# SPDX-License-Identifier: GPL-2.0-only
"""Changes that are kept in the tree by their content.

A record is a paragraph, as in the files catalogue and equivalent:

    mutant the sum of a number is only its last processor's
    by unit counters_test
    in kmod/counters.c nf_edge_drops_sum
    -	sum->offloaded += READ_ONCE(d->offloaded);
    +	sum->offloaded = READ_ONCE(d->offloaded);

Text is compared by tokens, so that lines may be wrapped anew, and looked for in
all functions of the name, so that a function may move to another file. A record
may change several places, each behind an "in" or behind the place before.
"""

import dataclasses
import pathlib

from source import words_of


class RecordError(Exception):
    """A record that does not fit; its words say why."""


@dataclasses.dataclass
class Hunk:
    """What stands in a function, and what is to stand there instead."""
    file: str
    function: str
    minus: str = ""
    plus: str = ""


@dataclasses.dataclass
class Record:
    """A paragraph: the words behind each key, and its changes."""
    place: str
    words: dict = dataclasses.field(default_factory=dict)
    hunks: list = dataclasses.field(default_factory=list)

    def apply(self, sources):
        """The texts of the files that it changes, by name."""
        texts, edits = {}, {}
        for hunk in self.hunks:
            source, span = self._find(hunk, sources)
            edits.setdefault(source.name, []).append((*span, hunk.plus))
            texts[source.name] = source.text
        for name, some in edits.items():
            for start, end, text in sorted(some, reverse=True):
                texts[name] = texts[name][:start] + text + texts[name][end:]
        return texts

    def places(self, sources):
        """The (file, line) of each line that it changes."""
        for hunk in self.hunks:
            source, (start, end) = self._find(hunk, sources)
            for line in range(source.line_of(start), source.line_of(end) + 1):
                yield source.name, line

    def _find(self, hunk, sources):
        wanted = words_of(hunk.minus)
        scopes = [(source, scope) for source in sources for scope in source.scopes
                  if scope.name == hunk.function]
        here = [pair for pair in scopes if pair[0].name == hunk.file]
        found = [(source, span) for source, scope in here or scopes
                 for span in _spans(source, scope, wanted)]
        if len(found) != 1:
            why = "has no function of the name" if not scopes else \
                f"has the text {len(found)} times, not once"
            raise RecordError(f"{self.place}: {hunk.file} {hunk.function} {why}: "
                              f"{' '.join(hunk.minus.split())}")
        return found[0]


def _spans(source, scope, wanted):
    tokens = source.tokens
    # A function's braces, and what stands before them, may belong to the text.
    for i in range(scope.first, scope.last + 2 - len(wanted)):
        if all(tokens[i + n].text == word for n, word in enumerate(wanted)):
            yield tokens[i].start, tokens[i + len(wanted) - 1].end


def read(path):
    """The records of a file, in order."""
    path = pathlib.Path(path)
    records, record, last = [], None, ""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        place = f"{path.name}:{number}"
        if line.startswith("#"):
            continue
        if not line.strip():
            record = None
            continue
        if record is None:
            record = Record(place)
            records.append(record)
            last = ""
        sign = line[0]
        if sign in "-+":
            if not record.hunks:
                raise RecordError(f"{place}: a change before the function that it is in")
            hunk = record.hunks[-1]
            if sign == "-" and last == "+":
                hunk = Hunk(hunk.file, hunk.function)
                record.hunks.append(hunk)
            if sign == "-":
                hunk.minus += line[1:] + "\n"
            else:
                hunk.plus += line[1:] + "\n"
        else:
            key, _, rest = line.partition(" ")
            if key == "in":
                words = rest.split()
                if len(words) != 2:
                    raise RecordError(f"{place}: in takes a file and a function")
                record.hunks.append(Hunk(*words))
            else:
                record.words[key] = f"{record.words.get(key, '')} {rest}".strip()
        last = sign
    for record in records:
        for hunk in record.hunks:
            hunk.plus = hunk.plus.strip()
            if not words_of(hunk.minus):
                raise RecordError(f"{record.place}: no text to change in "
                                  f"{hunk.function}")
    return records


class Known:
    """Mutants that somebody looked at, by what they change."""

    def __init__(self, path):
        self.records = read(path)
        self.reasons = {}
        for record in self.records:
            for hunk in record.hunks:
                key = (hunk.function, *words_of(hunk.minus), "=>",
                       *words_of(hunk.plus))
                self.reasons[key] = record.words.get("because", "")

    def reason(self, mutant):
        """Why a mutant changes nothing, or None."""
        return self.reasons.get((mutant.scope, *words_of(mutant.before), "=>",
                                 *words_of(mutant.after)))


def written(mutant, key, words):
    """A mutant as the paragraph that makes it known."""
    lines = [f"{key} {words}", f"in {mutant.file} {mutant.scope}"]
    lines += [f"-{line}" for line in mutant.before.splitlines()]
    lines += [f"+{line}" for line in mutant.after.splitlines() if line.strip()]
    return "\n".join(lines) + "\n"
