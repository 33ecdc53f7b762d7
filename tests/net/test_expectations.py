# SPDX-License-Identifier: GPL-2.0-only
"""edgectl test and the classifier in the kernel answer alike, in every field and
in the words that tell what would permit a packet; names of services in explain.

NF_EDGE_SEED=N asks one site again, NF_EDGE_QUESTIONS sets how many questions.
"""

import ipaddress
import json
import os
import pathlib
import random
import re
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), os.pardir))

import expectations                                             # noqa: E402
import sites                                                    # noqa: E402
from edgectl import Edgectl                                     # noqa: E402
from model import SERVICES                                      # noqa: E402
from netns import Namespace                                     # noqa: E402

TREE = pathlib.Path(__file__).resolve().parents[2]
SITES = 16
QUESTIONS = int(os.environ.get("NF_EDGE_QUESTIONS", 3_000))
SEED = os.environ.get("NF_EDGE_SEED")
FIELDS = ("verdict", "reason", "rows", "near", "source_node", "destination_node")
REFERENCE = (TREE / "demo/edge.conf").read_text(encoding="utf-8")


@pytest.fixture(name="edgectl")
def fixture_edgectl(nf_edge):
    space = Namespace("test")
    tool = Edgectl(space)
    yield tool
    tool("flush")
    tool.close()
    space.close()


def batch(edgectl, questions):
    done = edgectl("explain", "--batch", stdin="".join(f"{q}\n" for q in questions))
    return [json.loads(line) for line in done.stdout.splitlines()]


def answers_of(edgectl, questions, *words):
    """What test answers to the questions."""
    file = edgectl.file("".join(f"{question} => accept\n" for question in questions),
                        "edge.expect")
    return edgectl.json("test", "--all", file, *words, codes=(0, 1))


def shown(edgectl, questions, *words):
    """What test tells of each question beside the verdict: what would permit it."""
    file = edgectl.file("".join(f"{question} => not-governed\n" for question in questions),
                        "edge.expect")
    printed = edgectl("test", file, *words, check=False).stdout
    parts = re.split(rf"^{file}:\d+: (.*)\n  expected not-governed\n  found .*\n|^\d+ as .*\n",
                     printed, flags=re.M)
    return {question: text for question, text in zip(parts[1::2], parts[2::2]) if question}


@pytest.mark.parametrize("seed", [int(SEED)] if SEED else range(1, SITES + 1))
def test_the_judge_answers_as_the_kernel(edgectl, seed):
    rng = random.Random(f"kernel {seed}")
    site = sites.random_site(rng, rng.choice(("enforce", "audit")), seed % 4 != 0)
    source = sites.Connections(rng, site, [*site.interfaces, *sites.UNBOUND_NAMES])
    questions = [expectations.question(packet) for packet in
                 expectations.questions(rng, site, source, QUESTIONS // SITES)]
    config = edgectl.file(sites.configuration(site))
    edgectl("load", config)
    kernel = batch(edgectl, questions)
    judge = answers_of(edgectl, questions, config)
    running = answers_of(edgectl, questions, "--running")
    assert len(kernel) == len(judge["answers"]) == len(running["answers"]) == len(questions)
    for key in "profile", "mode":
        assert {answer[key] for answer in kernel} == {judge[key]} == {running[key]}
    for question, wanted, mine, theirs in zip(
            questions, kernel, judge["answers"], running["answers"]):
        wanted = {key: wanted[key] for key in FIELDS}
        if mine["found"] != wanted or theirs["found"] != wanted:
            pytest.fail(f"{question}\nkernel:    {wanted}\njudge:     {mine['found']}\n"
                        f"--running: {theirs['found']}\nNF_EDGE_SEED={seed}\n"
                        + sites.configuration(site), pytrace=False)
    asked = rng.sample(questions, 12)
    told = {question: edgectl("explain", *question.split(), check=False).stdout
            for question in asked}
    for words in [config], ["--running"]:
        assert shown(edgectl, asked, *words) == {
            question: "".join(line for line in text.splitlines(True)[1:]
                              if "no device has this name" not in line)
            for question, text in told.items() if not text.startswith("not-governed")}


def test_the_reference_site_is_as_expected_in_force_and_out_of_it(edgectl):
    file, config = TREE / "demo/edge.expect", TREE / "demo/edge.conf"
    assert edgectl("test", "--running", file, check=False).returncode == 1
    edgectl("load", config)
    for words in [file, config], ["--running", file]:
        assert edgectl("test", *words).stdout == "74 as expected, 0 differ\n"


def test_switches_change_the_policy_in_force_alone(edgectl):
    config = edgectl.file(REFERENCE)
    edgectl("load", config)
    file = edgectl.file("--in wan0 tcp 198.51.100.7 edge1.access:443 => accept external/5 pic/3\n",
                        "edge.expect")
    before = edgectl.json("test", "--running", file)
    assert (before["configuration"], before["differing"]) == (None, 0)
    edgectl("zone", "off", "pic")
    after = edgectl.json("test", "--running", file, codes=(1,))
    assert after["generation"] == before["generation"] + 1
    assert after["answers"][0]["found"]["rows"] == ["external/5"]
    assert edgectl.json("test", file, config)["generation"] is None
    edgectl("mode", "audit")
    assert edgectl.json("test", "--running", file, codes=(1,))["mode"] == "audit"


def test_without_a_policy_there_is_nothing_to_test(edgectl):
    file = edgectl.file("--in wan0 tcp 198.51.100.7 192.0.2.1:443 => not-governed\n",
                        "edge.expect")
    done = edgectl("test", "--running", file, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "edgectl: no policy is loaded: edgectl load\n"


def test_expectations_of_the_policy_in_force_come_from_standard_input_too(edgectl):
    edgectl("load", edgectl.file(REFERENCE))
    line = "--in wan0 tcp 198.51.100.7 edge1.acess:443 => accept\n"
    done = edgectl("test", "--running", "-", stdin=line, check=False)
    assert done.returncode == 2 and "is no service of edge1; the nearest is access" in done.stderr
    edgectl("test", "--running", "-", stdin=line.replace("acess", "access"))


# --- names in explain

NAMED = {
    "--in wan0 tcp 198.51.100.7:40000 edge1.access:443":
        "--in wan0 tcp 198.51.100.7:40000 131.107.155.10:443",
    "--in wan0 tcp 2001:db8:1::7 edge2.access:443":
        "--in wan0 tcp 2001:db8:1::7 [2001:db8:155::11]:443",
    "--in dmz0 udp edge1.av/6 edge2.av:3478":
        "--in dmz0 udp 2001:db8:155::30 [2001:db8:155::31]:3478",
    "--in lan0 icmp 192.168.10.5 edge1.internal":
        "--in lan0 icmp 192.168.10.5 172.25.33.10",
    "--in wan0 tcp 198.51.100.7:dns 131.107.155.10:sip-tls":
        "--in wan0 tcp 198.51.100.7 131.107.155.10:5061",
    "--in wan0 udp 198.51.100.7 edge1.av:stun":
        "--in wan0 udp 198.51.100.7 131.107.155.30:3478",
}


@pytest.mark.parametrize("named", NAMED)
def test_explain_takes_names_of_services(edgectl, named):
    edgectl("load", edgectl.file(REFERENCE))
    for words in [], ["--json"]:
        asked = [edgectl("explain", *question.split(), *words, check=False)
                 for question in (named, NAMED[named])]
        # Text says what the words became; JSON has the numbers in any case.
        told = re.sub("  asked about .*\n", "", asked[0].stdout)
        assert told == asked[1].stdout != ""
        assert (told == asked[0].stdout) == bool(words)
        assert asked[0].returncode == asked[1].returncode
    # Between questions without names, in the order of the lines.
    lines = [NAMED[named], named] * 100
    answers = batch(edgectl, lines)
    assert answers == batch(edgectl, [NAMED[named]] * 200)


def test_explain_refuses_names_that_are_not_there(edgectl):
    words = ["--in", "wan0", "tcp", "198.51.100.7", "edge3.access:443"]
    done = edgectl("explain", *words, check=False)
    assert done.returncode == 2 and done.stdout == ""
    assert "no policy is loaded, so there is no node; write an address" in done.stderr
    edgectl("load", edgectl.file(REFERENCE))
    for options in [], ["--json"]:
        done = edgectl("explain", *words, *options, check=False)
        assert done.returncode == 2 and done.stdout == ""
        assert done.stderr == ("edgectl: edge3.access:443: no node has this name; the nearest "
                               "is edge1; see edgectl explain --help\n")
    lines = [" ".join(words), NAMED[next(iter(NAMED))], next(iter(NAMED))]
    done = edgectl("explain", "--batch", stdin="\n".join(lines), check=False)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 2 and answers[1] == answers[2]
    assert answers[0] == {"schema_version": 1, "line": 1,
                          "error": "edge3.access:443: no node has this name; "
                                   "the nearest is edge1"}


def expected(edgectl, config, question, answer):
    """Does test, with a configuration and with the policy in force, find the answer?"""
    file = edgectl.file(f"{question} => {answer}\n", "edge.expect")
    found = {edgectl("test", file, *words, check=False).returncode
             for words in ([config], ["--running"])}
    assert found in ({0}, {1})
    return found == {0}


@pytest.mark.parametrize("seed", [int(SEED)] if SEED else [
    1, *(pytest.param(seed, marks=pytest.mark.whole) for seed in range(2, 7))])
def test_each_address_of_a_set_is_judged_as_by_itself(edgectl, seed):
    """Sets of random sites lie across each other and across Edge addresses."""
    rng = random.Random(f"sets {seed}")
    site = sites.random_site(rng, "enforce", True)
    config = edgectl.file(sites.configuration(site))
    edgectl("load", config)
    bound = edgectl.json("show", "config")["peers"]
    nodes = edgectl.json("show", "nodes")["nodes"]
    edges = [ipaddress.ip_address(a) for node in nodes for service in SERVICES
             for a in node[service]]
    several = 0
    for name, prefixes in sorted(bound.items()):
        for edge in rng.sample(edges, 1):
            own = [p for p in map(ipaddress.ip_network, prefixes) if p.version == edge.version]
            if not own:
                continue
            toward = rng.random() < 0.5
            port = rng.choice((443, 5061, 3478, 53, 8057, 50000))
            device = rng.choice([*site.interfaces, *sites.UNBOUND_NAMES])

            def ask(peer):
                ends = (peer, edge) if toward else (edge, peer)
                to = f"[{ends[1]}]" if ":" in str(ends[1]) else ends[1]
                return f"--in {device} tcp {ends[0]} {to}:{port}"

            question = ask(f"peers {name}")
            answer = batch(edgectl, [question])[0]
            parts = [(ipaddress.ip_network(prefix), part) for part in answer["answers"]
                     for prefix in part["addresses"]]
            # All of the set, and each address once.
            assert list(ipaddress.collapse_addresses(prefix for prefix, _ in parts)) == \
                list(ipaddress.collapse_addresses(own))
            assert sum(prefix.num_addresses for prefix, _ in parts) == sum(
                prefix.num_addresses for prefix in ipaddress.collapse_addresses(own))
            few = rng.sample(parts, min(40, len(parts)))
            tried = [(address, part) for prefix, part in few for address in
                     {prefix[0], prefix[-1], prefix[rng.randrange(min(prefix.num_addresses,
                                                                      1 << 32))]}]
            for (address, part), single in zip(tried, batch(edgectl, [ask(a) for a, _ in tried])):
                assert {key: single[key] for key in FIELDS} == \
                    {key: part[key] for key in FIELDS}, (question, address)
            several += len(answer["answers"]) > 1
            assert answer["verdict"] == ("drop" if any(
                part["verdict"] == "drop" for part in answer["answers"])
                else answer["answers"][0]["verdict"])
            all_pass = {part["verdict"] for part in answer["answers"]} == {"accept"}
            assert expected(edgectl, config, question, "accept") == all_pass
            # A twin in text, with the exit code of the worst answer.
            told = edgectl("explain", *question.split(), check=False)
            assert told.returncode == (answer["verdict"] == "drop")
            assert told.stdout.count(f" of peers {name}:\n") == len(answer["answers"])
            assert ("are not judged alike" in told.stdout) == (len(answer["answers"]) > 1)
    assert several or SEED


def test_a_set_that_has_no_addresses_is_refused(edgectl):
    edgectl("load", edgectl.file(REFERENCE))
    for name, sentence in {
            "crl": "crl: is not bound, so it has no addresses; write an address",
            "frontent": "frontent: no peer set has this name; the nearest is frontend"}.items():
        words = ["--in", "lan0", "tcp", "peers", name, "edge1.internal:443"]
        done = edgectl("explain", *words, check=False)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"edgectl: {sentence}; see edgectl explain --help\n"


def test_a_name_of_a_batch_follows_the_policy(edgectl):
    """Who asks and listens by turns gets the address that is bound now."""
    moved = REFERENCE.replace("131.107.155.10,", "131.107.155.99,")
    first, second = edgectl.file(REFERENCE), edgectl.file(moved, "moved.conf")
    question = b"--in wan0 tcp 198.51.100.7 edge1.access:443\n"
    with edgectl.ns.entered():
        asking = subprocess.Popen([edgectl.program, "explain", "--batch"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with asking:
        for config, node in (first, "edge1"), (second, "edge1"), (first, "edge1"):
            edgectl("load", config)
            asking.stdin.write(question)
            asking.stdin.flush()
            answer = json.loads(asking.stdout.readline())
            assert answer["verdict"] == "accept" and answer["destination_node"] == node
        edgectl("flush")
        asking.stdin.write(question)
        asking.stdin.flush()
        assert "no policy is loaded" in json.loads(asking.stdout.readline())["error"]
        asking.stdin.close()
    assert asking.returncode == 2
