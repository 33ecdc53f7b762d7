# SPDX-License-Identifier: GPL-2.0-only
"""examples/prometheus: alert rules, units and the dashboard, by the programs that
read them; and metrics of a host without the module, by a client of HTTP."""

import json
import pathlib
import re
import shutil
import socket
import subprocess

import pytest
import yaml

TREE = pathlib.Path(__file__).resolve().parent.parent
FOLDER = TREE / "examples/prometheus"
TOOL = TREE / "userspace/edgectl"
UNITS = sorted(path for folder in (FOLDER, TREE / "examples/systemd") for path in folder.iterdir()
               if path.suffix in (".service", ".socket", ".timer"))


@pytest.fixture(scope="module", autouse=True)
def fixture_tool():
    subprocess.run(["make", "-s", "tool"], cwd=TREE, check=True)


def run(*words, check=True, **options):
    done = subprocess.run([str(word) for word in words], text=True, capture_output=True,
                          check=False, **options)
    assert not check or not done.returncode, (words, done.stdout, done.stderr)
    return done


def rules():
    text = (FOLDER / "nf_edge.rules.yml").read_text(encoding="utf-8")
    [group] = yaml.safe_load(text)["groups"]
    return group["rules"]


def metrics_named(text):
    return set(re.findall(r"\bnf_edge_\w+", text)) - {"nf_edge_"}


# --- alerts

def test_alerts_fire_and_do_not():
    assert "SUCCESS" in run("promtool", "check", "rules", FOLDER / "nf_edge.rules.yml").stdout
    run("promtool", "test", "rules", *FOLDER.glob("*.test.yml"))


def test_each_alert_has_a_case_that_fires_and_one_that_does_not():
    cases = {True: set(), False: set()}
    for path in FOLDER.glob("*.test.yml"):
        for test in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]:
            for case in test["alert_rule_test"]:
                cases[bool(case.get("exp_alerts"))].add(case["alertname"])
    names = {rule["alert"] for rule in rules()}
    assert cases == {True: names, False: names}


def test_a_rule_that_is_wrong_is_noticed(tmp_path):
    """The twin: a comparison that was turned round."""
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    file = tmp_path / "nf_edge.rules.yml"
    text = file.read_text(encoding="utf-8")
    for old, new in ("nf_edge_policy_loaded == 0", "nf_edge_policy_loaded == 1"), \
            ("> 1\n        for: 10m", "> 2\n        for: 10m"):
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")
        assert run("promtool", "test", "rules", tmp_path / "nf_edge.rules.test.yml",
                   check=False).returncode


def test_prometheus_takes_its_configuration():
    run("promtool", "check", "config", FOLDER / "prometheus.yml", cwd=FOLDER)


# --- units

@pytest.fixture(name="units", scope="module")
def fixture_units(tmp_path_factory):
    """The units, with the tool that was built."""
    folder = tmp_path_factory.mktemp("units")
    for path in UNITS:
        text = path.read_text(encoding="utf-8")
        (folder / path.name).write_text(text.replace("/usr/local/sbin/edgectl", str(TOOL)),
                                        encoding="utf-8")
    return folder


def test_systemd_understands_the_units(units):
    done = run("systemd-analyze", "verify", "--man=no", *units.iterdir())
    assert not done.stderr


def test_systemd_does_not_understand_a_wrong_unit(units, tmp_path):
    wrong = tmp_path / "nf_edge-metrics.service"
    wrong.write_text((units / wrong.name).read_text(encoding="utf-8").replace(
        "ProtectHome=yes", "ProtectHouse=yes"), encoding="utf-8")
    assert "ProtectHouse" in run("systemd-analyze", "verify", "--man=no", wrong,
                                 check=False).stderr


@pytest.mark.parametrize("unit", ["nf_edge-metrics.service", "nf_edge-exporter@.service",
                                  "nf_edge-usage.service"])
def test_services_are_confined(units, unit):
    done = run("systemd-analyze", "security", "--offline=yes", "--threshold=20", units / unit)
    assert "CAP_NET_ADMIN" in (units / unit).read_text(encoding="utf-8") and done.stdout


@pytest.mark.parametrize("path", [path for path in UNITS if path.suffix == ".service"],
                         ids=lambda path: path.name)
def test_services_run_options_that_there_are(path):
    [words] = re.findall(r"^ExecStart=/usr/local/sbin/edgectl (.*)$",
                         path.read_text(encoding="utf-8"), re.M)
    verb, *options = words.split()
    help_text = run(TOOL, verb, "--help").stdout
    for option in options:
        assert not option.startswith("--") or option in help_text


# --- dashboard

def dashboard():
    return json.loads((FOLDER / "nf_edge.dashboard.json").read_text(encoding="utf-8"))


def expressions():
    """Each expression of the dashboard, as a Prometheus server takes it."""
    return [(panel["title"], target["expr"].replace("$__rate_interval", "1m")
             .replace("$job", ".+"))
            for panel in dashboard()["panels"] for target in panel["targets"]]


def test_panels_have_their_places_and_their_units():
    taken, ids = set(), set()
    for panel in dashboard()["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                 for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & taken and max(x for x, _ in cells) < 24, panel["title"]
        taken |= cells
        assert panel["id"] not in ids
        ids.add(panel["id"])
        assert panel["fieldConfig"]["defaults"]["unit"] and panel["datasource"]["uid"] == \
            "${datasource}"
        for target in panel["targets"]:
            assert target["legendFormat"] and 'job=~"$job"' in target["expr"]


def test_expressions_of_the_dashboard_are_expressions(tmp_path):
    file = tmp_path / "dashboard.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": [
        {"record": f"r{i}", "expr": expr} for i, (_, expr) in enumerate(expressions())]}]}),
        encoding="utf-8")
    assert f"{len(expressions())} rules found" in run("promtool", "check", "rules", file).stdout


def test_rules_and_dashboard_name_metrics_that_there_are():
    source = "".join(path.read_text(encoding="utf-8")
                     for path in TREE.glob("userspace/print/metrics*.c"))
    there = metrics_named(source)
    named = metrics_named("".join([rule["expr"] for rule in rules()] +
                                  [expr for _, expr in expressions()]))
    assert named <= there, named - there
    page = metrics_named((TREE / "docs/metrics.md").read_text(encoding="utf-8"))
    assert there <= page, there - page


# --- without the module

def absent():
    return not pathlib.Path("/sys/module/nf_edge").exists()


@pytest.mark.skipif(not absent(), reason="the module is in this machine's kernel")
def test_a_module_that_is_absent_is_an_answer():
    done = run(TOOL, "metrics")
    assert not done.stderr
    for line in "nf_edge_up 1", "nf_edge_module_loaded 0", "nf_edge_policy_loaded 0":
        assert f"\n{line}\n" in done.stdout
    assert "nf_edge_row" not in done.stdout
    assert not run("promtool", "check", "metrics", input=done.stdout).stderr
    assert run("promtool", "check", "metrics", input=done.stdout.replace("# HELP", "#"),
               check=False).returncode


def exchange(request):
    """What a client reads that sends this to edgectl metrics --http."""
    client, server = socket.socketpair()
    with client, server:
        client.sendall(request)
        with subprocess.Popen([TOOL, "metrics", "--http"], stdin=server, stdout=server) as process:
            server.close()
            answer = b""
            while part := client.recv(65536):
                answer += part
            client.close()
            assert process.wait(60) == 0
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode("ascii").split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines[1:])
    return int(lines[0].split()[1]), fields, body.decode("utf-8")


def test_a_scrape_is_answered_with_the_metrics():
    status, fields, body = exchange(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
    assert status == 200 and "\nnf_edge_module_loaded " in body
    assert fields["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert int(fields["Content-Length"]) == len(body.encode()) and fields["Connection"] == "close"
    status, fields, body = exchange(b"HEAD /metrics HTTP/1.0\r\n\r\n")
    assert status == 200 and not body and int(fields["Content-Length"]) > 100


@pytest.mark.parametrize("request_text, status", [
    (b"GET / HTTP/1.0\r\n\r\n", 404), (b"POST /metrics HTTP/1.0\r\n\r\n" + bytes(100000), 405),
    (b"GET /metrics\r\n\r\n", 400), (b"GET /" + b"a" * 100000, 431)],
    ids=["path", "method", "version", "length"])
def test_other_requests_are_refused(request_text, status):
    answer, fields, body = exchange(request_text)
    assert answer == status and body.startswith(str(status)) and body.count("\n") == 1
    assert int(fields["Content-Length"]) == len(body)
    assert ("Allow" in fields) == (status == 405)
