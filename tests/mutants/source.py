# SPDX-License-Identifier: GPL-2.0-only
"""C text as tokens, and the functions that the tokens make."""

import dataclasses
import re

TOKEN = re.compile(r"""
  (?P<comment> /\*.*?\*/ | //[^\n]*)
| (?P<string>  "(?:\\.|[^"\\\n])*")
| (?P<char>    '(?:\\.|[^'\\\n])+')
| (?P<number>  (?:0[xX][0-9a-fA-F]+ | \d+\.\d+ | \d+)[uUlL]*)
| (?P<word>    [A-Za-z_]\w*)
| (?P<splice>  \\\n)
| (?P<newline> \n)
| (?P<space>   [ \t\r\f\v]+)
| (?P<op>      \.\.\. | <<= | >>= | -> | \+\+ | -- | << | >> | <= | >= | == | !=
             | && | \|\| | [-+*/%&|^]= | \#\# | .)
""", re.S | re.X)

BLANK = {"comment", "splice", "newline", "space"}
OPEN = {"(": ")", "[": "]", "{": "}"}
CLOSE = {close: opening for opening, close in OPEN.items()}
BEHIND_PARAMETERS = {"__must_hold", "__acquires", "__releases", "__attribute__"}


@dataclasses.dataclass(frozen=True, slots=True)
class Token:
    """A token, where it stands, and the directive whose line it is on."""
    kind: str
    text: str
    start: int
    end: int
    directive: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Scope:
    """The tokens from first to last, both included, that have a name.

    kind is function, macro (the body of a #define), enum, or table (the
    initializer of what lives outside of functions).
    """
    kind: str
    name: str
    first: int
    last: int


def tokens_of(text):
    """What the compiler sees of a text, in order."""
    found = []
    directive, begins = "", True
    for match in TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "newline":
            directive, begins = "", True
        elif kind == "op" and match.group() == "#" and begins:
            directive = "#"
        elif kind not in BLANK:
            if directive == "#":
                directive = match.group()
            found.append(Token(kind, match.group(), match.start(), match.end(),
                               directive))
        if kind not in BLANK:
            begins = False
    return found


def words_of(text):
    """A text as its tokens alone: whoever wraps a line changes none of them."""
    return [token.text for token in tokens_of(text)]


class Source:
    """One file of C: text, tokens, pairs of brackets, named scopes."""

    def __init__(self, name, text):
        self.name = name
        self.text = text
        self.tokens = tokens_of(text)
        self.partner = self._pair()
        self.scopes = self._scopes()

    def line_of(self, offset):
        """The number of the line at an offset, from 1."""
        return self.text.count("\n", 0, offset) + 1

    def uses_of(self, name):
        """The lines on which a name, as of a macro, stands outside of directives."""
        return sorted({self.line_of(token.start) for token in self.tokens
                       if token.text == name and not token.directive})

    def lines_around(self, start, end):
        """The whole lines that hold a stretch, without the last line's end."""
        first = self.text.rfind("\n", 0, start) + 1
        last = self.text.find("\n", end)
        return first, len(self.text) if last < 0 else last

    def _pair(self):
        partner, stack = {}, []
        for i, token in enumerate(self.tokens):
            if token.directive not in ("", "define") or token.kind != "op":
                continue
            if token.text in OPEN:
                stack.append(i)
            elif token.text in CLOSE and stack and \
                    self.tokens[stack[-1]].text == CLOSE[token.text]:
                partner[i] = stack.pop()
                partner[partner[i]] = i
        return partner

    def _scopes(self):
        scopes, i = [], 0
        while i < len(self.tokens):
            token = self.tokens[i]
            if token.directive == "define":
                i = self._macro(i, scopes)
            elif token.directive:
                i += 1
            elif token.text == "{" and i in self.partner:
                if scope := self._block(i):
                    scopes.append(scope)
                i = self.partner[i] + 1
            else:
                i += 1
        return scopes

    def _macro(self, i, scopes):
        # "define" is the first token of its line, and the name the next.
        first = i + 1
        last = first
        while last + 1 < len(self.tokens) and \
                self.tokens[last + 1].directive == "define" and \
                self.tokens[last + 1].text != "define":
            last += 1
        body = first + 1
        if body <= last and self.tokens[body].text == "(" and \
                self.tokens[body].start == self.tokens[first].end and \
                body in self.partner:
            body = self.partner[body] + 1
        if body <= last:
            scopes.append(Scope("macro", self.tokens[first].text, body, last))
        return last + 1

    def _block(self, i):
        last = self.partner[i]
        before = self.tokens[i - 1].text if i else ""
        if before == ")":
            close = i - 1
            while close in self.partner:
                name = self.tokens[self.partner[close] - 1]
                if name.text not in BEHIND_PARAMETERS:
                    return Scope("function", name.text, i, last)
                close = self.partner[close] - 2
            return None
        if before == "=":
            at = i - 2
            while self.tokens[at].text in CLOSE and at in self.partner:
                at = self.partner[at] - 1
            return Scope("table", self.tokens[at].text, i, last)
        words = [token.text for token in self.tokens[max(0, i - 2):i]]
        if "enum" in words:
            return Scope("enum", words[-1], i, last)
        return None
