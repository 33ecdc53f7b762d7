# SPDX-License-Identifier: GPL-2.0-only
"""Links of the pages lead somewhere, and files that they name are there."""

import pathlib
import re

import pytest
import yaml

TREE = pathlib.Path(__file__).resolve().parent.parent
PAGES = sorted([*TREE.glob("*.md"), *TREE.glob("docs/*.md")])
FOLDERS = r"(?:kmod|userspace|include|scripts|tests|docs|demo)/"


def names(pages):
    return [str(page.relative_to(TREE)) for page in pages]


def anchors(page):
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)
    return {re.sub(r"[^a-z0-9 _-]", "", title.lower()).replace(" ", "-")
            for title in re.findall(r"^#+ (.*)$", text, re.M)}


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_links_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        assert not link.startswith("/"), link
        if link.startswith("http"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_file(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_files_that_a_page_names_are_there(page):
    text = page.read_text(encoding="utf-8")
    found = re.findall(rf"`({FOLDERS}[^`\s]*)`|^    ({FOLDERS}[^\s`]+)", text, re.M)
    for path in filter(None, (one or other for one, other in found)):
        if "NAME" in path or "/build/" in path:
            continue
        assert list(TREE.glob(path.split("::")[0].rstrip("/"))), path


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_a_page_has_no_marks_of_a_merge(page):
    assert not re.search(r"^(<{7}|={7}|>{7})", page.read_text(encoding="utf-8"), re.M)


def test_the_policy_page_has_each_drop_reason_as_the_spec_has_it():
    spec = yaml.safe_load((TREE / "include/specs/nf-edge.yaml").read_text(encoding="utf-8"))
    reasons, = (enum["entries"] for enum in spec["definitions"] if enum["name"] == "reason")
    page = (TREE / "docs/policy.md").read_text(encoding="utf-8")
    table = page.split("| reason | meaning | near rows |\n|---|---|---|\n")[1].split("\n\n")[0]
    assert [row.split(" | ")[:2] for row in table.splitlines()] == [
        [f"| {reason['name']}", reason["doc"]] for reason in reasons]


def test_each_page_is_in_the_list_of_pages():
    index = (TREE / "docs/README.md").read_text(encoding="utf-8")
    for page in TREE.glob("docs/*.md"):
        assert page.name == "README.md" or f"]({page.name}" in index, page.name


def test_the_changelog_has_the_present_version():
    version = (TREE / "VERSION").read_text(encoding="ascii").strip()
    log = (TREE / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(version)}\b", log, re.M)
