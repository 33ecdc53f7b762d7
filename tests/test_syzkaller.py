# SPDX-License-Identifier: GPL-2.0-only
"""The description for syzkaller says what the spec of the family says."""

import pathlib
import re

import pytest
import yaml

TESTS = pathlib.Path(__file__).parent
SPEC = yaml.safe_load((TESTS.parent / "include/specs/nf-edge.yaml").read_text())
TEXT = (TESTS / "fuzz" / "nf_edge.txt").read_text()
CODE = re.sub(r"^#.*$", "", TEXT, flags=re.MULTILINE)
SETS = {s["name"]: s for s in SPEC["attribute-sets"]}
OPERATIONS = SPEC["operations"]["list"]
ENUMS = {d["name"]: [e if isinstance(e, str) else e["name"] for e in d["entries"]]
         for d in SPEC["definitions"] if d["type"] == "enum"}
WIDTHS = {"u8": "int8", "u16": "int16", "u32": "int32", "u64": "int64"}


def upper(name):
    return name.upper().replace("-", "_")


def lower(name):
    return name.lower().replace("-", "_")


def block(name):
    """The lines of a union: (field, type)."""
    match = re.search(rf"^{name} \[\n(.*?)^\] \[varlen\]$", CODE, re.MULTILINE | re.DOTALL)
    assert match, f"no {name}"
    return [tuple(line.split("\t", 1)) for line in
            (re.sub(r"\t+", "\t", line.strip("\t")) for line in match[1].splitlines())]


def test_every_operation_is_sent_with_its_attributes():
    sent = re.findall(r"^sendmsg\$(\w+)\(fd sock_nl_generic, msg ptr\[in, "
                      r"msghdr_nf_edge\[(\w+), (\w+)\]\], f flags\[send_flags\]\)$", CODE,
                      re.MULTILINE)
    wanted = [(f"NF_EDGE_CMD_{upper(o['name'])}",) * 2 + (f"nf_edge_{lower(o['attribute-set'])}_policy",)
              for o in OPERATIONS if "event" not in o]
    assert sent == wanted
    assert CODE.count("sendmsg$") == len(wanted)


def test_the_family_is_asked_for_by_its_name():
    assert f'string["{SPEC["name"]}"]' in CODE


@pytest.mark.parametrize("name", SETS)
def test_every_attribute_is_there_and_no_other(name):
    attributes = [f"NF_EDGE_A_{upper(name)}_{upper(a['name'])}"
                  for a in SETS[name]["attributes"] if a["type"] != "pad"]
    assert [field for field, _ in block(f"nf_edge_{lower(name)}_policy")] == attributes


@pytest.mark.parametrize("name", SETS)
def test_every_attribute_has_its_type(name):
    types = dict(block(f"nf_edge_{lower(name)}_policy"))
    for a in SETS[name]["attributes"]:
        if a["type"] == "pad":
            continue
        number = f"NF_EDGE_A_{upper(name)}_{upper(a['name'])}"
        got = types[number]
        if a["type"] == "nest":
            wanted = rf"nlnest\[{number}, array\[nf_edge_{lower(a['nested-attributes'])}_policy\]\]"
        elif a["type"] == "flag":
            wanted = rf"nlattr\[{number}, void\]"
        elif "enum" in a:
            mask = "_mask" if a.get("enum-as-flags") else ""
            wanted = rf"nlattr\[{number}, flags\[nf_edge_{lower(a['enum'])}{mask}, int32\]\]"
        elif a["type"] == "string":
            wanted = rf"nlattr\[{number}, string(\[\w+\])?\]"
        elif a["type"] in WIDTHS and "display-hint" not in a:
            width = WIDTHS[a["type"]]
            wanted = rf"nlattr\[{number}, ({width}|flags\[\w+, {width}\])\]"
        else:
            wanted = rf"nlattr\[{number}, (ipv[46]_addr|array\[nf_edge_prefix_ipv[46]\])\]"
        assert re.fullmatch(wanted, got), (number, got)


def test_every_value_of_an_enumeration_is_there():
    for name, entries in ENUMS.items():
        for mask, suffix in (("", ""), ("_mask", "_BIT")):
            for found in re.findall(rf"^nf_edge_{lower(name)}{mask} = (.*)$", CODE, re.MULTILINE):
                assert found.split(", ") == [
                    f"NF_EDGE_{upper(name)}_{upper(e)}{suffix}" for e in entries]


def test_every_name_that_is_used_is_defined():
    own = set(re.findall(r"^(?:type |resource )?(\w+)(?:\[| \[| \{| =)", CODE, re.MULTILINE))
    used = set(re.findall(r"\b((?:msghdr_|genl_)?nf_edge_\w+)\b", CODE))
    assert used - own == set()


def test_nothing_is_named_that_the_family_does_not_have():
    header = (TESTS.parent / "include/uapi/linux/nf_edge.h").read_text()
    known = set(re.findall(r"\bNF_EDGE_\w+\b", header))
    masks = dict(re.findall(r"^define (NF_EDGE_\w+)\t\(1 << (NF_EDGE_\w+)\)$", CODE, re.MULTILINE))
    for name, of in masks.items():
        assert name == f"{of}_BIT"
    used = set(re.findall(r"\bNF_EDGE_\w+\b", CODE))
    assert used - set(masks) - known == set()
