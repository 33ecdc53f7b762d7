# SPDX-License-Identifier: GPL-2.0-only
"""The systematic mutants of a source: small slips, made by rule.

An operator goes through a scope and yields edits, each (start, end, text). The
compiler sorts out what makes no sense. Left alone are comments, strings,
hints to the compiler, and checks that the compiler makes.
"""

import dataclasses
import hashlib
import re

from source import CLOSE, OPEN, words_of

COMPARISONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
SWAPPED_WORDS = {"min": "max", "max": "min", "min_t": "max_t", "max_t": "min_t"}
BITS = {"&": "|", "|": "&", "^": "|", "&&": "||", "||": "&&", "&=": "|=",
        "|=": "&=", "<<": ">>", ">>": "<<"}
ARITHMETIC = {"+": "-", "-": "+", "+=": "-=", "-=": "+=", "++": "--", "--": "++"}
ASSIGNMENTS = {"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="}
HEADS = {"if", "while", "for", "switch"}
NO_CALLS = HEADS | {"return", "sizeof", "typeof", "offsetof", "defined", "case"}
SYMMETRIC = {"min", "max", "swap", "min_t", "max_t"}
TYPES = {"struct", "enum", "union", "const", "static", "unsigned", "signed", "int",
         "char", "void", "long", "short", "bool", "register", "extern", "volatile"}

# What says something, what only the compiler or lockdep reads, what cannot fail.
SILENT = re.compile(r"pr_\w+|WARN\w*|BUG\w*|BUILD_BUG\w*|static_assert|lockdep_\w+"
                    r"|might_sleep\w*|__attribute__|__aligned|__printf|__acquires"
                    r"|__releases|__must_hold|assert|unreachable|__builtin_unreachable")
REFERENCE = re.compile(r"(^|_)(get|put|hold|inc|dec|lock|unlock|k?v?free|rcu|ref|refcount"
                       r"|barrier|synchronize|unref|close|register|unregister)(_|$)")
ERROR = re.compile(r"err|error|ret|REFUSED|FAILED")


@dataclasses.dataclass(frozen=True)
class Mutant:
    """One small change of one file."""
    file: str
    scope: str
    kind: str
    line: int
    edits: tuple
    before: str
    after: str
    nth: int = 0
    # What it stands in: function, macro, table or enum, and its lines.
    where: str = "function"
    first_line: int = 0
    last_line: int = 0

    @property
    def key(self):
        """Who it is: the same after the file has moved or was wrapped."""
        words = [self.file.rsplit("/", 1)[-1], self.scope, self.kind, str(self.nth),
                 *words_of(self.before), "=>", *words_of(self.after)]
        return hashlib.sha256(" ".join(words).encode()).hexdigest()[:10]

    def apply(self, text):
        """The text of the file with the slip in it."""
        return _edited(text, self.edits)


def _edited(text, edits):
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


class Body:
    """A scope's tokens, and what they are in C."""

    def __init__(self, source, scope):
        self.source, self.scope = source, scope
        self.tokens = source.tokens
        self.partner = source.partner
        self.silent = self._find_silent()

    def inside(self):
        """The numbers of the tokens that may be mutated."""
        return (i for i in range(self.scope.first, self.scope.last + 1)
                if i not in self.silent)

    def text(self, i):
        return self.tokens[i].text if 0 <= i < len(self.tokens) else ""

    def span(self, first, last):
        return self.tokens[first].start, self.tokens[last].end

    def written(self, first, last):
        start, end = self.span(first, last)
        return self.source.text[start:end]

    def replace(self, i, text):
        return [(*self.span(i, i), text)]

    def is_value(self, i):
        """Whether an operand ends with this token."""
        token = self.tokens[i]
        return token.kind in ("number", "string", "char") or token.text in (")", "]") \
            or (token.kind == "word" and token.text not in NO_CALLS)

    def is_call(self, i):
        return self.tokens[i].kind == "word" and self.text(i + 1) == "(" and \
            i + 1 in self.partner and self.text(i) not in NO_CALLS

    def arguments(self, i):
        """The (first, last) of each argument of the call at i."""
        close, first, found = self.partner[i + 1], i + 2, []
        j = first
        while j <= close:
            if j == close or self.text(j) == ",":
                if j > first:
                    found.append((first, j - 1))
                first = j + 1
            elif self.text(j) in OPEN and j in self.partner:
                j = self.partner[j]
            j += 1
        return found

    def operand_before(self, i, stops):
        j = i - 1
        while j > self.scope.first:
            if self.text(j) in CLOSE and j in self.partner:
                j = self.partner[j]
            elif self.text(j) in OPEN or self.text(j) in stops:
                break
            j -= 1
        return j + 1

    def operand_after(self, i, stops):
        j = i + 1
        while j <= self.scope.last:
            if self.text(j) in OPEN and j in self.partner:
                j = self.partner[j]
            elif self.text(j) in CLOSE or self.text(j) in stops:
                break
            j += 1
        return j - 1

    def statements(self):
        """The (first, last) of what ends in a semicolon, which last is."""
        i = self.scope.first + 1
        while i < self.scope.last:
            word = self.text(i)
            if word in ("{", "}", ";", "else", "do"):
                i += 1
            elif word in HEADS or self._is_iterator(i):
                i = self.partner.get(i + 1, i) + 1
            elif word == "case":
                i = self.operand_after(i, {":"}) + 2
            elif self.tokens[i].kind == "word" and self.text(i + 1) == ":":
                i += 2
            else:
                last = self.operand_after(i, {";"}) + 1
                if self.text(last) == ";":
                    yield i, last
                i = last + 1

    def is_declaration(self, first):
        if self.text(first) in TYPES:
            return True
        i = first + 1
        while self.text(i) in ("*", "const"):
            i += 1
        return self.tokens[first].kind == "word" and self.tokens[i].kind == "word" and \
            self.text(first) not in ("return", "goto")

    def _is_iterator(self, i):
        if not self.is_call(i):
            return False
        behind = self.partner[i + 1] + 1
        return self.tokens[behind].kind == "word" or self.text(behind) == "{"

    def _find_silent(self):
        silent = set()
        for i in range(self.scope.first, self.scope.last):
            if self.tokens[i].kind == "word" and self.text(i + 1) == "(" and \
                    i + 1 in self.partner and SILENT.fullmatch(self.text(i)):
                silent.update(range(i, self.partner[i + 1] + 1))
        return silent


def comparisons(body):
    """A boundary is in or out; equal is different."""
    for i in body.inside():
        token = body.tokens[i]
        if token.kind == "op" and token.text in COMPARISONS:
            yield body.replace(i, COMPARISONS[token.text])
        elif token.text in SWAPPED_WORDS and body.is_call(i):
            yield body.replace(i, SWAPPED_WORDS[token.text])


def constants(body):
    """A number is one off; true is false."""
    for i in body.inside():
        token = body.tokens[i]
        if token.text in ("true", "false"):
            yield body.replace(i, "false" if token.text == "true" else "true")
        if token.kind != "number" or "." in token.text:
            continue
        digits = token.text.rstrip("uUlL")
        value = int(digits, 0) if digits.lower().startswith("0x") else int(digits)
        alone = body.text(i - 1), body.text(i + 1)
        # A buffer that is one too long, = { 0 }, while (0).
        if (alone == ("[", "]") and value >= 16) or alone == ("{", "}") or \
                (alone == ("(", ")") and body.text(i - 2) == "while"):
            continue
        for other in {value + 1, max(value - 1, 0)} - {value}:
            text = f"{other:#x}" if digits.lower().startswith("0x") else str(other)
            yield body.replace(i, text + token.text[len(digits):])


def bits(body):
    """And is or; left is right."""
    for i in body.inside():
        token = body.tokens[i]
        if token.kind == "op" and token.text in BITS and \
                (token.text != "&" or body.is_value(i - 1)):
            yield body.replace(i, BITS[token.text])


def arithmetic(body):
    """Plus is minus; what is added up is only assigned."""
    for i in body.inside():
        token = body.tokens[i]
        if token.kind != "op":
            continue
        if token.text in ARITHMETIC and (len(token.text) > 1 or body.is_value(i - 1)):
            yield body.replace(i, ARITHMETIC[token.text])
        if token.text in ("+=", "-=", "|=", "&="):
            yield body.replace(i, "=")


def negations(body):
    """A condition is turned round."""
    ends = ASSIGNMENTS | {"return", ",", ";", "?", ":", "{", "}", "case"}
    for i in body.inside():
        word = body.text(i)
        if word in ("if", "while") and i + 1 in body.partner:
            first, last = i + 2, body.partner[i + 1] - 1
            if first == last and body.tokens[first].kind == "number":
                continue
        elif word == "?" and body.text(i + 1) != ":":
            first, last = body.operand_before(i, ends), i - 1
        elif word == "!" and not _is_whole_condition(body, i):
            yield body.replace(i, "")
            continue
        else:
            continue
        if first <= last:
            start, end = body.span(first, last)
            yield [(start, start, "!("), (end, end, ")")]


def _is_whole_condition(body, i):
    if body.text(i - 1) != "(" or body.text(i - 2) not in ("if", "while"):
        return False
    return body.operand_after(i, set(COMPARISONS) | set(BITS) | {"?"}) + 1 == \
        body.partner[i - 1]


def operands(body):
    """A part of a condition is left out."""
    ends = ASSIGNMENTS | {"return", ",", ";", "?", ":", "{", "}", "case"}
    for i in body.inside():
        word = body.text(i)
        if word not in ("&&", "||"):
            continue
        stops = ends | ({"||", "&&"} if word == "&&" else {"||"})
        start, end = body.span(i, body.operand_after(i, stops))
        yield [(start, end, "")]
        first = body.operand_before(i, stops)
        if body.text(first - 1) != word and first < i:
            start, end = body.span(first, i)
            yield [(start, end, "")]


def statements(body, references=False):
    """A statement is left out: a call, an assignment, a jump."""
    if body.scope.kind != "function":
        return
    for first, last in body.statements():
        if first in body.silent or body.is_declaration(first) or \
                body.text(first) == "goto":
            continue
        # Without the last return it does not compile.
        if body.text(first) == "return" and last + 1 == body.scope.last:
            continue
        if references == bool(body.is_call(first) and
                              REFERENCE.search(body.text(first))):
            start, end = body.span(first, last)
            yield [(start, end, "{ }")]


def references(body):
    """A lock, a reference or the end of a life is left out."""
    yield from statements(body, references=True)
    if body.scope.kind != "function":
        return
    calls = [pair for pair in body.statements() if body.is_call(pair[0])]
    for first, last in calls:
        unlock = body.text(first).replace("lock", "unlock")
        if unlock == body.text(first) or "unlock" in body.text(first):
            continue
        arguments = body.written(first + 1, last)
        pairs = [pair for pair in calls if body.text(pair[0]) == unlock and
                 body.written(pair[0] + 1, pair[1]) == arguments]
        if pairs:
            yield [(*body.span(*pair), "{ }") for pair in [(first, last), *pairs]]


def arguments(body):
    """Two neighbours change places."""
    for i in body.inside():
        if not body.is_call(i) or body.text(i) in SYMMETRIC:
            continue
        found = body.arguments(i)
        for (a, b), (c, d) in zip(found, found[1:]):
            left, right = body.written(a, b), body.written(c, d)
            # Text and what is no text: the compiler would say so.
            texts = [body.tokens[at].kind == "string" for at in (a, c)]
            if left != right and texts[0] == texts[1]:
                yield [(*body.span(a, b), right), (*body.span(c, d), left)]


def errors(body):
    """An error is none; the way out is cut short, or not taken."""
    if body.scope.kind != "function":
        return
    for first, last in body.statements():
        word = body.text(first)
        inner = body.written(first + 1, last - 1) if last > first + 1 else ""
        if word == "goto":
            yield [(*body.span(first, last), "{ }")]
            yield [(*body.span(first, last), "return err;")]
        elif word == "return" and (re.fullmatch(r"-E[A-Z0-9]+", inner) or
                                   ERROR.fullmatch(inner)):
            yield [(*body.span(first + 1, last - 1), "0")]
        elif body.text(first + 1) == "=" and body.text(first + 2) == "-" and \
                re.fullmatch(r"E[A-Z0-9]+", body.text(first + 3)) and last == first + 4:
            yield [(*body.span(first + 2, last - 1), "0")]


OPERATORS = {
    "comparison": comparisons, "constant": constants, "bits": bits,
    "arithmetic": arithmetic, "negation": negations, "operand": operands,
    "statement": statements, "reference": references, "argument": arguments,
    "error": errors,
}
# An enum has but numbers, and in a table nothing is done.
FOR_NUMBERS = ("constant", "bits")


def mutants_of(source):
    """All mutants of a file, in order."""
    found, seen = [], {}
    for scope in source.scopes:
        body = Body(source, scope)
        lines = [source.line_of(source.tokens[i].start)
                 for i in (scope.first, scope.last)]
        for kind, operator in OPERATORS.items():
            if scope.kind == "enum" and kind not in FOR_NUMBERS:
                continue
            for edits in operator(body):
                start = min(edit[0] for edit in edits)
                end = max(edit[1] for edit in edits)
                first, last = source.lines_around(start, end)
                edits = _keep_lines(source.text, scope, edits)
                before = source.text[first:last]
                after = _edited(before, [(a - first, b - first, new)
                                         for a, b, new in edits])
                same = (scope.name, kind, *words_of(before), *words_of(after))
                seen[same] = seen.get(same, -1) + 1
                found.append(Mutant(source.name, scope.name, kind,
                                    source.line_of(start), tuple(edits), before,
                                    after, seen[same], scope.kind, *lines))
    return found


def _keep_lines(text, scope, edits):
    """What stands below stays on its line, which objects and coverage name."""
    gone = sum(text.count("\n", start, end) - new.count("\n")
               for start, end, new in edits)
    if scope.kind != "macro" and gone > 0:
        start, end, new = edits[-1]
        edits = [*edits[:-1], (start, end, new + "\n" * gone)]
    return edits


def shuffled(mutants, seed):
    """In an order that depends on the seed, and for each on itself alone: a
    change of the sources leaves the others where they are."""
    def place(mutant):
        return hashlib.sha256(f"{seed} {mutant.key}".encode()).digest()

    return sorted(mutants, key=place)
