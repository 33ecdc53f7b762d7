# SPDX-License-Identifier: GPL-2.0-only
"""A Prometheus server scrapes the appliance, by the socket that is activated and by
node_exporter's textfile: it has the values of the counters, and takes each
expression of the rules and of the dashboard."""

import http.client
import json
import pathlib
import re
import sys
import urllib.parse

import pytest
import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from netlib import until                                # noqa: E402
from programs import DEADLINE, Program                  # noqa: E402
from test_metrics import expected, some_traffic         # noqa: E402
from test_prometheus_examples import FOLDER, TOOL, expressions, rules   # noqa: E402

SERVER, NODE = 9090, 9100
EVERY = "4s"             # a scrape may take so long on a busy machine
COUNTED = '__name__=~"nf_edge_(row|service)_.*(_total|_timestamp_seconds)|nf_edge_refused_.*"'


def setting(unit, key):
    """A setting of an example, with the tool that was built."""
    text = (FOLDER / unit).read_text(encoding="utf-8")
    return re.search(rf"^{key}=(.*)$", text, re.M).group(1).replace(
        "/usr/local/sbin/edgectl", str(TOOL))


class Prometheus:
    """The server of examples/prometheus, which scrapes every few seconds."""

    def __init__(self, site):
        self.site = site
        self.folder = site.new_folder("prometheus")
        textfile = setting("nf_edge-metrics.service", "ExecStart").split()
        self.written = self.folder / pathlib.Path(textfile[-1]).name
        self.writes = [*textfile[:-1], self.written]
        listens = setting("nf_edge-exporter.socket", "ListenStream")
        assert setting("nf_edge-exporter.socket", "Accept") == "yes"
        self.starts("systemd-socket-activate", "--accept", "--inetd", f"--listen={listens}",
                    *setting("nf_edge-exporter@.service", "ExecStart").split()) \
            .is_at(int(listens.rpartition(":")[2]))
        self.write()
        self.starts("prometheus-node-exporter", "--collector.disable-defaults",
                    "--collector.textfile", f"--collector.textfile.directory={self.folder}",
                    f"--web.listen-address=127.0.0.1:{NODE}").is_at(NODE)
        config = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
        config["global"] = {"scrape_interval": EVERY, "evaluation_interval": EVERY}
        config["rule_files"] = [str(FOLDER / name) for name in config["rule_files"]]
        config["scrape_configs"].append({
            "job_name": "node", "static_configs": [{"targets": [f"127.0.0.1:{NODE}"]}]})
        (self.folder / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
        self.starts("prometheus", f"--config.file={self.folder}/prometheus.yml",
                    f"--storage.tsdb.path={self.folder}/data",
                    f"--web.listen-address=127.0.0.1:{SERVER}") \
            .logs("Server is ready to receive web requests")

    def starts(self, *argv):
        program = Program(self.site.box, self.site.new_folder("appliance"), argv)
        self.site.servers.append(program)
        return program

    def write(self):
        """What the timer has done twice a minute."""
        self.site.box.run(*self.writes)

    def get(self, path, **words):
        """An answer of its HTTP API: (status, object)."""
        with self.site.box.entered():
            asking = http.client.HTTPConnection("127.0.0.1", SERVER, timeout=DEADLINE)
            asking.request("GET", f"/api/v1/{path}?{urllib.parse.urlencode(words)}")
            answer = asking.getresponse()
            text = answer.read()
            asking.close()
        return answer.status, json.loads(text)

    def query(self, expression, path="query", **words):
        status, answer = self.get(path, query=expression, **words)
        assert status == 200 and answer["status"] == "success", (expression, answer)
        assert not answer.get("warnings"), (expression, answer)
        return answer["data"]["result"]

    def samples(self, job):
        """Counters as a job has them now, by name and labels."""
        return {(metric.pop("__name__"), frozenset(
                    (name, text) for name, text in metric.items()
                    if name not in ("job", "instance"))): float(value)
                for found in self.query(f'{{job="{job}",{COUNTED}}}')
                for metric, (_, value) in [(dict(found["metric"]), found["value"])]}


@pytest.fixture(name="prometheus", scope="module")
def fixture_prometheus(servers):
    """The server, once both of its targets were scraped."""
    server = Prometheus(servers)
    until(lambda: len(server.query("up == 1")) == 2, "both targets are up", DEADLINE)
    return server


def test_it_has_the_values_of_the_counters(site, prometheus):
    some_traffic(site)
    wanted = found = None

    def same():
        nonlocal wanted, found
        wanted = expected(site.edgectl.json("counters"))
        found = prometheus.samples("nf_edge")
        return found == wanted
    until(same, "a scrape has the counters", DEADLINE)
    assert sum(map(bool, wanted.values())) > 20
    # The textfile has them when it is written, and not before.
    assert prometheus.samples("node") != wanted
    prometheus.write()
    until(lambda: prometheus.samples("node") == wanted, "the textfile has the counters", DEADLINE)
    until(lambda: prometheus.query("node_textfile_scrape_error == 0"), "no error", DEADLINE)


def test_it_sees_a_switch_and_its_alert(site, prometheus):
    live = 'nf_edge_row_live{job="nf_edge",row="external/5"}'

    def alerts():
        return {alert["labels"]["alertname"]
                for alert in prometheus.get("alerts")[1]["data"]["alerts"]}

    def is_live(value):
        return [found["value"][1] for found in prometheus.query(live)] == [value]
    until(lambda: is_live("1"), "the row is live", DEADLINE)
    assert "NfEdgeSwitched" not in alerts()
    with site.off("feature remote-access"):
        until(lambda: is_live("0"), "the row is dead", DEADLINE)
        until(lambda: "NfEdgeSwitched" in alerts(), "the alert is pending", DEADLINE)
    until(lambda: "NfEdgeSwitched" not in alerts(), "the alert is over", DEADLINE)


def test_it_takes_each_expression(site, prometheus):
    some_traffic(site)
    empty = []
    now = prometheus.query("time()")[0]
    for title, expression in expressions():
        prometheus.query(expression)
        if not prometheus.query(expression, "query_range", start=now - 60, end=now, step=5):
            empty.append(title)
    # Expressions of rows, services and reasons have data; of a change that waits,
    # say, there is none.
    assert len(empty) < len(expressions()) / 3, empty
    for rule in rules():
        prometheus.query(rule["expr"])
    # The server has evaluated each rule, with no complaint.
    until(lambda: all(rule["health"] == "ok" for group in groups(prometheus)
                      for rule in group["rules"]), "each rule was evaluated", DEADLINE)
    told = [rule for group in groups(prometheus) for rule in group["rules"]]
    assert {rule["name"] for rule in told} == {rule["alert"] for rule in rules()}
    assert not any(rule.get("lastError") for rule in told)
    # An expression that joins what has no one partner is an error.
    status, answer = prometheus.get("query", query="nf_edge_row_live * on (zone) nf_edge_row_info")
    assert status == 422 and answer["status"] == "error"


def groups(prometheus):
    return prometheus.get("rules")[1]["data"]["groups"]
