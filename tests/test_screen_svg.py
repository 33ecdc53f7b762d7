# SPDX-License-Identifier: GPL-2.0-only
"""scripts/screen-svg: a screen becomes a picture that has all its characters, in
their places and colours."""

import pathlib
import subprocess
import xml.etree.ElementTree

TREE = pathlib.Path(__file__).resolve().parent.parent
SVG = "{http://www.w3.org/2000/svg}"


def drawn(screen):
    done = subprocess.run([TREE / "scripts/screen-svg", "a <title>", "80"], input=screen, text=True,
                          capture_output=True, check=True)
    return xml.etree.ElementTree.fromstring(done.stdout)


def texts(picture):
    return [(e.text, e.get("fill"), e.get("font-weight")) for e in picture.iter(f"{SVG}text")]


def test_texts_are_escaped_and_in_their_places():
    picture = drawn("one <two> & three\n  \x1b[1mfour\x1b[0m five\n\n")
    assert [t for t, _, _ in texts(picture)] == ["a <title>", "one <two> & three", "four", " five"]
    four, five = list(picture.iter(f"{SVG}text"))[2:]
    assert four.get("font-weight") == "bold" and five.get("font-weight") is None
    assert int(five.get("x")) - int(four.get("x")) == int(four.get("textLength"))


def test_colours_go_on_until_they_are_taken_back():
    picture = drawn("\x1b[31mred\nred too\x1b[39m ink\x1b[7m turned \x1b[m plain\n")
    found = {text.strip(): ink for text, ink, _ in texts(picture)}
    assert found["red"] == found["red too"] != found["ink"]
    assert found["turned"] != found["ink"] == found["plain"]
    assert len(list(picture.iter(f"{SVG}rect"))) == 2      # the screen, and what is turned


def test_wrong_usage_is_told():
    done = subprocess.run([TREE / "scripts/screen-svg", "x"], input="", text=True,
                          capture_output=True, check=False)
    assert done.returncode == 64 and done.stderr.startswith("Draws") and not done.stdout
