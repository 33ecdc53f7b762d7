# SPDX-License-Identifier: GPL-2.0-only
"""edgectl test: a configuration that is not in force, judged without the module.

The judge of the tool answers as the model does, in every field, on random sites
and questions. NF_EDGE_QUESTIONS sets how many, NF_EDGE_SEED=N asks one site again.
"""

import json
import os
import pathlib
import random
import re
import subprocess

import pytest

import examples
import expectations
import model
import sites

TREE = pathlib.Path(__file__).resolve().parent.parent
TOOL = TREE / "userspace/edgectl"

SITES = 60
QUESTIONS = int(os.environ.get("NF_EDGE_QUESTIONS", 12_000))
SEED = os.environ.get("NF_EDGE_SEED")


@pytest.fixture(scope="module", autouse=True)
def fixture_tool():
    subprocess.run(["make", "-s", "tool"], cwd=TREE, check=True)


def run(folder, *words, code=0, **how):
    done = subprocess.run([TOOL, "test", *words], cwd=folder, text=True,
                          capture_output=True, check=False, timeout=600, **how)
    assert code is None or done.returncode == code, done
    return done


# --- the judge

def answers(folder, site, packets):
    (folder / "edge.conf").write_text(sites.configuration(site))
    (folder / "edge.expect").write_text("".join(
        f"{expectations.question(packet)} => accept\n" for packet in packets))
    done = subprocess.run([TOOL, "test", "--all", "--json", "edge.expect", "edge.conf"],
                          cwd=folder, capture_output=True, text=True, check=False,
                          timeout=600)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("seed", [int(SEED)] if SEED else range(1, SITES + 1))
def test_the_judge_answers_as_the_model(tmp_path, seed):
    rng = random.Random(seed)
    # Every fourth site has nothing of its own.
    site = sites.random_site(rng, rng.choice(("enforce", "audit")), seed % 4 != 0)
    source = sites.Connections(rng, site, [*site.interfaces, *sites.UNBOUND_NAMES])
    packets = list(expectations.questions(rng, site, source, QUESTIONS // SITES))
    found = answers(tmp_path, site, packets)
    assert (found["profile"], found["mode"]) == (site.profile, site.mode)
    assert len(found["answers"]) == len(packets)
    for packet, answer in zip(packets, found["answers"]):
        wanted = expectations.explain(site, packet)
        del wanted["mode"]
        if answer["found"] != wanted:
            pytest.fail(f"the judge disagrees: {expectations.question(packet)}\n"
                        f"model: {wanted}\njudge: {answer['found']}\nNF_EDGE_SEED={seed}\n"
                        + sites.configuration(site), pytrace=False)


@pytest.mark.parametrize("example", examples.read_examples(), ids=str)
def test_the_judge_answers_as_the_examples_of_site_rows(tmp_path, example):
    (tmp_path / "edge.conf").write_text(example.configuration())
    question = expectations.question(example.packet())
    wanted = " ".join([example.verdict, *filter(None, [example.reason]), *example.rows])
    run(tmp_path, "-", "edge.conf", input=f"{question} => {wanted}\n")


# --- files of expectations

SITES_OF_FILES = {
    "demo/edge.expect": "demo/edge.conf",
    "demo/single.expect": "demo/single.conf",
}


def filled(name):
    """A file with addresses instead of its placeholders."""
    addresses = {"edge1-access": "131.107.155.10", "edge1-webconf": "131.107.155.20",
                 "edge1-av": "131.107.155.30", "edge1-internal": "172.25.33.10",
                 "internal-networks": "192.168.10.0/24", "front-ends": "192.168.10.90",
                 "admins": "192.168.20.1", "time-server": "192.168.10.1",
                 "inside-host": "192.168.10.5"}
    text = (TREE / name).read_text(encoding="utf-8")
    return re.sub("<([a-z0-9-]+)>", lambda word: addresses.get(word[1], word[0]), text)


@pytest.fixture(name="files", params=["userspace/share/edge.expect", *SITES_OF_FILES])
def fixture_files(request, tmp_path):
    """(expectations, configuration) that belong together, as texts."""
    name = request.param
    config = SITES_OF_FILES.get(name, "userspace/share/edge.conf")
    return filled(name), filled(config), tmp_path


def lines_of(text):
    """(question, answer) of each line, as words."""
    found = []
    for line in text.splitlines():
        question, arrow, answer = line.partition("#")[0].partition(" => ")
        if arrow:
            found.append((question.split(), answer.split()))
    return found


def ask(folder, text, config, code=0):
    (folder / "edge.conf").write_text(config)
    return run(folder, "-", "edge.conf", input=text, code=code)


def test_each_file_holds_for_its_site(files):
    text, config, folder = files
    done = ask(folder, text, config)
    assert done.stdout == f"{len(lines_of(text))} as expected, 0 differ\n"


def test_each_row_is_expected_to_carry_and_to_refuse(files):
    text, config, _ = files
    site = examples.read_site(config)
    carried = {row for _, answer in lines_of(text) if answer[0] == "accept"
               for row in answer[1:]}
    refused = {row for _, answer in lines_of(text) if answer[0] == "drop"
               for row in answer[2:]}
    live = {row.id for row in site.rows if site.is_live(row)}
    assert carried == live
    # A row that is off refuses; those that permit nobody besides have no line.
    dead = {row.id for row in site.rows} - live
    assert dead - refused == {row.id for row in site.rows if row.id in dead and
                              row.zone == "pic"}


def test_each_accepted_packet_has_a_twin_that_is_refused(files):
    lines = lines_of(files[0])
    for (question, answer), (twin, other) in zip(lines, lines[1:] + [([], ["accept"])]):
        if answer[0] == "accept":
            assert other[0] == "drop", question
            assert sum(a != b for a, b in zip(question, twin, strict=True)) == 1, question


def test_each_row_that_goes_dead_differs(files):
    text, config, folder = files
    site = examples.read_site(config)
    for row in site.rows:
        if site.is_live(row):
            done = ask(folder, text, config + f"rows-off = {{ {row.id} }}\n", code=1)
            assert row.id in done.stdout


@pytest.mark.parametrize("name", ["internal-networks", "frontend", "cms", "admins", "time"])
def test_peers_that_are_let_in_differ(tmp_path, name):
    """A prefix too many lets the twin pass."""
    text, config = filled("userspace/share/edge.expect"), filled("userspace/share/edge.conf")
    wider = re.sub(rf"^(peers {name} +{{ prefixes = {{) ", r"\1 192.168.0.0/16, 198.51.100.0/24, ",
                   config, flags=re.M)
    assert wider != config
    ask(tmp_path, text, config)
    assert "differ" in ask(tmp_path, text, wider, code=1).stdout


def test_the_sample_asks_for_addresses_with_one_sentence(tmp_path):
    text = (TREE / "userspace/share/edge.expect").read_text(encoding="utf-8")
    done = ask(tmp_path, text, filled("userspace/share/edge.conf"), code=2)
    lines = [number for number, line in enumerate(text.splitlines(), 1)
             if re.search("<[a-z-]+>", line.partition("#")[0])]
    assert done.stdout == "" and done.stderr.splitlines() == [
        f"-:{lines[0]}: <inside-host>: is the first placeholder of {len(lines)} lines; "
        "write your own addresses instead of them",
        "edgectl: -: 1 error, nothing was tested"]


# --- the verb

CONFIG = """mode = enforce
zones = { external, internal, site }
features = { remote-access }
interface wan0 { sides = { external } }
interface lan0 { sides = { internal } }
interface dmz0 { sides = { edge } }
node edge1 {
    access   = { 131.107.155.10, 2001:db8:155::10 }
    internal = { 172.25.33.10 }
}
peers internal-networks { prefixes = { 192.168.10.0/24 } }
peers admins { prefixes = { 192.168.20.0/28 } }
row rdp { service = internal  in = { tcp/3389 }  peers = { admins } }
"""


@pytest.fixture(name="folder")
def fixture_folder(tmp_path):
    (tmp_path / "edge.conf").write_text(CONFIG)
    return tmp_path


SIGN_IN = "--in wan0 tcp 198.51.100.7:40000 edge1.access:443"
RDP = "--in lan0 tcp 192.168.20.99 edge1.internal:3389"


@pytest.mark.parametrize("line, met", [
    (f"{SIGN_IN} => accept external/5", True),
    (f"{SIGN_IN} => accept", True),
    (f"{SIGN_IN} => accept external/5 ...", True),
    (f"{SIGN_IN} => accept ...", True),
    (f"{SIGN_IN} => accept external/6", False),
    (f"{SIGN_IN} => accept external/5 external/6", False),
    (f"{SIGN_IN} => accept external/5, external/6, ...", False),
    (f"{SIGN_IN} => drop", False),
    (f"{SIGN_IN} => not-governed", False),
    (f"{RDP} => drop", True),
    (f"{RDP} => drop peer", True),
    (f"{RDP} => drop peer site/rdp", True),
    (f"{RDP} => drop peer site/rdp ...", True),
    (f"{RDP} => drop peer ...", True),
    (f"{RDP} => drop interface", False),
    (f"{RDP} => drop peer internal/2", False),
    (f"{RDP} => drop peer site/rdp, internal/2", False),
    (f"{RDP} => accept site/rdp", False),
    ("--in wan0 tcp 192.0.2.1 192.0.2.2:80 => not-governed", True),
    ("--in lo tcp 192.0.2.1 edge1.access:80 => not-governed", True),
    ("--in=wan0 tcp 2001:db8::7 edge1.access:443\t=>\taccept   external/5 # six", True),
    ("tcp 198.51.100.7 --in wan0 edge1.access/4:443 => accept #", True),
    # An interface of no configuration is bound to nothing, and need not exist.
    ("--in nowhere0 tcp 198.51.100.7 edge1.access:443 => drop interface", True),
    ("--local tcp 198.51.100.7 edge1.access:443 => accept", True)])
def test_an_expectation_is_met_or_not(folder, line, met):
    done = run(folder, "-", "edge.conf", input=f"{line}\n", code=0 if met else 1)
    numbers = "1 as expected, 0 differ\n" if met else "0 as expected, 1 differs\n"
    assert done.stdout.endswith(numbers) and done.stderr == ""
    assert (done.stdout == numbers) == met
    # The same in JSON, and with each answer.
    for words in ["--json"], ["--json", "--all"], ["--all"]:
        done = run(folder, *words, "-", "edge.conf", input=f"{line}\n", code=0 if met else 1)
        if "--json" in words:
            found = json.loads(done.stdout)
            assert (found["as_expected"], found["differing"]) == (met, not met)
            assert [a["as_expected"] for a in found["answers"]] == (
                [met] if "--all" in words or not met else [])


@pytest.mark.parametrize("peers, wanted", [
    (None, "accept"), ("internal-networks", "accept"), ("admins", "drop peer"),
    ("", "drop peer"), ("frontend", "drop peer"), ("admins, internal-networks", "accept")])
def test_echo_is_of_the_sets_of_ping_peers(folder, peers, wanted):
    """frontend is bound by nobody."""
    narrowed = "" if peers is None else f"ping-peers = {{ {peers} }}\n"
    (folder / "edge.conf").write_text(CONFIG + "ping = { internal }\n" + narrowed)
    run(folder, "-", "edge.conf", input=f"""
        --in lan0 icmp 192.168.10.5 edge1.internal => {wanted}
        --in dmz0 icmp edge1.internal 192.168.10.5 => {wanted}
        --in dmz0 icmp 192.168.10.5 edge1.internal => drop no-row
        --in wan0 icmp 198.51.100.7 edge1.access   => drop no-row
        """)


def test_more_rows_than_expected_differ(folder):
    """A row that opens the same flow is noticed."""
    (folder / "edge.conf").write_text(
        CONFIG + "row more { service = access  in = { tcp/443 }  peers = { any }  exposed = true }\n")
    run(folder, "-", "edge.conf", input=f"{SIGN_IN} => accept external/5\n", code=1)
    run(folder, "-", "edge.conf", input=f"{SIGN_IN} => accept external/5 ...\n")
    run(folder, "-", "edge.conf", input=f"{SIGN_IN} => accept site/more external/5\n")


BAD = {
    "": "write => accept or => drop behind the question",
    "=>": "has no answer behind it; write accept or drop",
    "=> permit": "permit: unknown verdict; write accept",
    "=> accept external/55": "external/55: unknown row; the nearest is external/5",
    "=> accept rdp": "rdp: unknown row; write site/rdp",
    "=> accept peer": "peer: unknown row",
    "=> drop site/rdp": "site/rdp: stands behind the reason of a drop; write drop peer site/rdp",
    "=> drop ...": "...: stands behind the reason of a drop; write drop peer ..., or",
    "=> drop pear": "pear: unknown reason; the nearest is peer",
    "=> drop spoofed site/rdp": "site/rdp: is one word too many; spoofed has no near rows",
    "=> drop untracked": "untracked: no first packet of a connection has this reason",
    "=> not-governed site/rdp": "site/rdp: is one word too many",
}


def test_all_errors_are_told_at_once_and_nothing_is_asked(folder):
    lines = [f"{SIGN_IN} {answer}" for answer in BAD]
    lines += ["--in wan0 tcp 198.51.100.7 edge1.av:443 => accept",
              "--in wan0 tcp 198.51.100.7 edge2.access:443 => accept",
              "tcp 198.51.100.7 edge1.access:443 => accept",
              "--in wan0 tcp 198.51.100.7 edge1.access => accept external/55",
              SIGN_IN + " => accept"]
    done = run(folder, "-", "edge.conf", input="\n".join(lines), code=2)
    assert done.stdout == ""
    said = done.stderr.splitlines()
    for number, sentence in enumerate(BAD.values(), 1):
        assert [line for line in said if line.startswith(f"-:{number}: ") and sentence in line]
    more = len(BAD)
    assert f"-:{more + 1}: edge1.av:443: edge1 has no address of av" in said
    assert f"-:{more + 2}: edge2.access:443: no node has this name; the nearest is edge1" in said
    assert f"-:{more + 3}: tcp: one of --in IFACE and --local is required" in said
    # Two mistakes of one line.
    assert f"-:{more + 4}: edge1.access: the destination port is missing" in said
    assert f"-:{more + 4}: external/55: unknown row; the nearest is external/5" in said
    assert said[-1] == f"edgectl: -: {more + 5} errors, nothing was tested"
    assert len(said) == more + 6
    found = json.loads(run(folder, "--json", "-", "edge.conf", input="\n".join(lines),
                           code=2).stdout)
    assert len(found["errors"]) == more + 5 and found["answers"] == []
    assert found["profile"] is None


@pytest.mark.parametrize("text, sentence", [
    ("# nothing\n", "holds no expectation; write one a line"),
    ("", "holds no expectation; write one a line"),
    ("a\0b", "holds a NUL")])
def test_a_file_without_expectations_is_no_success(folder, text, sentence):
    assert sentence in run(folder, "-", "edge.conf", input=text, code=2).stderr


def test_a_file_that_is_not_there_is_told(folder):
    done = run(folder, "nowhere", "edge.conf", code=2)
    assert "nowhere: cannot be opened: No such file" in done.stderr
    (folder / "edge.expect").write_text(f"{SIGN_IN} => accept\n")
    done = run(folder, "edge.expect", "nowhere", code=1)
    assert "nowhere: cannot be opened: No such file" in done.stderr
    done = run(folder, "--json", "edge.expect", "nowhere", code=1)
    assert json.loads(done.stdout)["errors"][0]["file"] == "nowhere"


def test_a_configuration_with_errors_is_refused_as_by_check(folder):
    (folder / "edge.conf").write_text(CONFIG.replace("external,", "exteral,"))
    done = run(folder, "-", "edge.conf", input=f"{SIGN_IN} => accept\n", code=1)
    assert done.stdout == "" and done.stderr.splitlines() == [
        "edge.conf:2: exteral: unknown zone; the nearest is external",
        "edgectl: edge.conf: 1 error, nothing was tested"]


def test_either_file_may_be_standard_input(folder):
    (folder / "edge.expect").write_text(f"\ufeff{SIGN_IN} => accept\n")
    run(folder, "edge.expect", "-", input=CONFIG)
    run(folder, "-", "edge.conf", input=f"{SIGN_IN} => accept")
    assert "one of the two" in run(folder, "-", "-", code=2, input=CONFIG).stderr


@pytest.mark.parametrize("words, sentence", [
    ([], "write the file of expectations"),
    (["a", "b", "c"], "c: is one word too many"),
    (["--running", "a", "b"], "b: --running asks the policy in force"),
    (["--run", "a"], "--run: unknown option; the nearest is --running"),
    (["--runing", "a"], "--runing: unknown option; the nearest is --running")])
def test_wrong_usage_is_told(folder, words, sentence):
    (folder / "a").write_text(f"{SIGN_IN} => accept\n")
    done = run(folder, *words, code=2)
    assert sentence in done.stderr and done.stderr.endswith("; see edgectl test --help\n")


def test_the_policy_in_force_takes_the_module(folder):
    (folder / "edge.expect").write_text(f"{SIGN_IN} => accept\n")
    done = run(folder, "--running", "edge.expect", code=3)
    assert done.stdout == "" and "nf_edge is not loaded" in done.stderr


def test_what_differs_is_told_with_its_place_and_its_remedy(folder):
    (folder / "edge.expect").write_text(
        f"# ours\n{SIGN_IN} => accept\n\n{RDP} => accept site/rdp  # ours\n")
    done = run(folder, "edge.expect", "edge.conf", code=1)
    assert done.stdout == f"""edge.expect:4: {RDP}
  expected accept site/rdp
  found    drop peer site/rdp
  A live row fits, but not for this peer.
  Near rows:
    site/rdp      needs 192.168.20.99 in the peer set admins
  to node edge1
1 as expected, 1 differs
"""
    done = run(folder, "--all", "edge.expect", "edge.conf", code=1)
    assert done.stdout.startswith(f"edge.expect:2: {SIGN_IN} => accept\nedge.expect:4: ")


@pytest.mark.parametrize("question, answer, differs", [
    ("tcp peers admins edge1.internal:rdp", "accept site/rdp", None),
    ("tcp peers admins edge1.internal:ssh", "accept", "drop no-row, for 192.168.20.0"),
    ("tcp peers internal-networks edge1.internal:rdp", "accept",
     "drop peer site/rdp, for 192.168.10.0"),
    ("tcp peers internal-networks edge1.internal:rdp", "drop peer", None)])
def test_each_address_of_a_set_must_have_the_answer(folder, question, answer, differs):
    (folder / "edge.expect").write_text(f"--in lan0 {question} => {answer}\n")
    done = run(folder, "edge.expect", "edge.conf", code=None)
    assert done.returncode == (1 if differs else 0), done
    assert not differs or f"  found    {differs}\n" in done.stdout


def test_json_has_each_part_of_an_answer(folder):
    text = f"{RDP} => accept site/rdp ...\n{RDP} => drop disabled site/rdp\n"
    found = json.loads(run(folder, "--json", "-", "edge.conf", input=text, code=1).stdout)
    first, second = found.pop("answers")
    assert found == {"schema_version": 1, "expectations": "-", "configuration": "edge.conf",
                     "profile": model.DEFAULT, "mode": "enforce", "generation": None,
                     "errors": [], "errors_left_out": 0, "as_expected": 0, "differing": 2}
    assert first == {
        "line": 1, "question": RDP, "as_expected": False,
        "packet": {"in": "lan0", "protocol": "tcp", "source": "192.168.20.99",
                   "destination": "172.25.33.10", "destination_port": 3389},
        "expected": {"verdict": "accept", "reason": None, "rows": ["site/rdp"],
                     "near": None, "others": True},
        "found": {"verdict": "drop", "reason": "peer", "rows": [], "near": ["site/rdp"],
                  "source_node": None, "destination_node": "edge1"}}
    assert second["line"] == 2 and second["expected"] == {
        "verdict": "drop", "reason": "disabled", "rows": None, "near": ["site/rdp"],
        "others": False}


# --- the page

PAGE = (TREE / "docs/expectations.md").read_text(encoding="utf-8")


def blocks(page, language):
    return [text for kind, text in re.findall(r"^```(\w*)\n(.*?)^```$", page, re.S | re.M)
            if kind == language]


def test_the_examples_of_the_page(tmp_path):
    verbs = (TREE / "docs/edgectl.md").read_text(encoding="utf-8")
    (tmp_path / "edge.conf").write_text(blocks(verbs, "")[0], encoding="utf-8")
    (tmp_path / "edge.expect").write_text(blocks(PAGE, "")[0], encoding="utf-8")
    tried = 0
    for block in blocks(PAGE, "console"):
        for command, wanted in re.findall(r"^# (.*)\n((?:(?!# ).*\n)*)", block, re.M):
            if command.startswith("cat "):
                (tmp_path / command.split()[1]).write_text(wanted, encoding="utf-8")
                continue
            done = subprocess.run(
                ["sh", "-c", f"{{ {command}; }} 2>&1"], cwd=tmp_path, text=True,
                stdout=subprocess.PIPE, check=False,
                env={**os.environ, "PATH": f"{TOOL.parent}:{os.environ['PATH']}"})
            assert done.stdout == wanted, command
            tried += 1
    assert tried == 4


def test_each_answer_of_the_page_is_understood(folder):
    """The table of answers, behind a question."""
    rows = re.findall(r"^\| `((?:accept|drop|not-governed)[^`]*)` \|", PAGE, re.M)
    assert len(rows) == 7
    for answer in rows:
        done = run(folder, "-", "edge.conf", code=None, input=f"{SIGN_IN} => {answer}\n")
        assert done.stderr == "", answer
