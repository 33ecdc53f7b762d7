# SPDX-License-Identifier: GPL-2.0-only
"""examples/ansible, by the programs that check roles."""

import pathlib
import re
import shutil
import subprocess

import pytest
import yaml

TREE = pathlib.Path(__file__).resolve().parent.parent
FOLDER = TREE / "examples/ansible"
ROLE = "roles/nf_edge"
LINES = "{extends: default, rules: {line-length: {max: 140}}}"


@pytest.fixture(name="copy")
def fixture_copy(tmp_path):
    """A copy: ansible-lint writes into the folder that it checks."""
    if not shutil.which("ansible-lint") or not shutil.which("yamllint"):
        pytest.skip("ansible-lint and yamllint are not there: scripts/deps fleet")
    return shutil.copytree(FOLDER, tmp_path / "ansible")


def lint(folder):
    return subprocess.run(
        ["ansible-lint", "--offline", "--profile", "production", "--nocolor", "-q", "-p"],
        cwd=folder, text=True, capture_output=True, check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder.parent), "LC_ALL": "C.UTF-8"})


def test_the_role_is_clean(copy):
    done = lint(copy)
    assert done.returncode == 0, done.stdout + done.stderr
    done = subprocess.run(["yamllint", "-s", "-d", LINES, copy], text=True,
                          capture_output=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.whole
def test_a_role_that_is_not_clean_is_noticed(copy):
    """The twin: a task that says of no command whether it changes anything."""
    file = copy / ROLE / "tasks/load.yml"
    text = file.read_text(encoding="utf-8")
    assert text.count("      changed_when: true\n") == 2
    file.write_text(text.replace("      changed_when: true\n", ""), encoding="utf-8")
    done = lint(copy)
    assert done.returncode and "no-changed-when" in done.stdout


def read(name):
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def test_each_variable_has_a_default_and_a_line_in_the_page():
    options = read(f"{ROLE}/meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    assert set(options) == set(read(f"{ROLE}/defaults/main.yml"))
    page = (TREE / "docs/fleet.md").read_text(encoding="utf-8")
    assert set(options) == set(re.findall(r"^\| `(nf_edge_\w+)` \|", page, re.M))
    own = set(read("group_vars/edge.yml"))
    assert own <= set(options), own - set(options)


def test_the_sample_ends_at_the_first_node_that_fails():
    [play] = read("site.yml")
    assert play["serial"] == 1 and play["max_fail_percentage"] == 0
