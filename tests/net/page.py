# SPDX-License-Identifier: GPL-2.0-only
"""The page of edgectl report, as a reader has it: valid HTML, and its tables."""

import re

import html5lib


def text_of(element):
    return " ".join("".join(element.itertext()).split())


def number(text):
    assert re.fullmatch(r"\d{1,3}(,\d{3})*", text), text
    return int(text.replace(",", ""))


class Page:
    """A page without an error of HTML."""

    def __init__(self, text):
        self.text = text
        self.tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
        self.stands_alone()
        ids = [element.get("id") for element in self.tree.iter() if element.get("id")]
        assert len(ids) == len(set(ids)), ids

    def stands_alone(self):
        """Nothing is fetched, nothing is run."""
        assert not [e for e in self.tree.iter() if e.tag in (
            "script", "link", "img", "iframe", "object", "embed", "base", "form")]
        for element in self.tree.iter():
            for name, value in element.items():
                assert name not in ("src", "srcset", "style") and not str(name).startswith("on")
                assert name != "href" or value.startswith("#"), value
        style, = self.tree.iter("style")
        assert "url(" not in style.text and "@import" not in style.text

    def section(self, name):
        found, = (e for e in self.tree.iter("section") if e.get("id") == name)
        return found

    def has(self, name):
        return any(e.get("id") == name for e in self.tree.iter("section"))

    def table(self, caption):
        """[{heading: text}] of the table with this caption, empty without one."""
        for table in self.tree.iter("table"):
            if text_of(table.find("caption")) != caption:
                continue
            names = [text_of(cell) for cell in table.find("thead/tr")]
            lines = []
            for line in table.findall("tbody/tr"):
                assert len(line) == len(names)
                assert line[0].tag == "th" and line[0].get("scope") == "row"
                # A row's purpose stands below its id.
                lines.append({name: cell.text.strip() if cell.find("small") is not None
                              else text_of(cell) for name, cell in zip(names, line)})
            return lines
        return []

    def fact(self, name):
        """A fact of the summary, None without one."""
        whole = list(self.section("summary").find("dl"))
        facts = {text_of(dt): text_of(dd) for dt, dd in zip(whole[::2], whole[1::2])}
        return facts.get(name)

    def totals(self):
        """{what: number} of the summary."""
        whole, = (e for e in self.tree.iter("ul") if e.get("class") == "totals")
        return {text_of(line)[len(text_of(line[0])):].strip(): number(text_of(line[0]))
                for line in whole}

    def notices(self):
        return [text_of(line) for line in self.section("findings").iter("li")]

    def drawn(self):
        """All texts of the drawing."""
        return [text_of(e) for e in self.section("site").iter() if str(e.tag).endswith("text")]
