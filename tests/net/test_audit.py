# SPDX-License-Identifier: GPL-2.0-only
"""Each change of policy is one audit record, of the task that asked for it. What
changes nothing leaves no record."""

import contextlib
import ctypes
import errno
import os
import subprocess

import pytest

from audit import Audit
from netlib import reference, until
from wire import Client, Refusal

PR_SET_NAME, PR_GET_NAME = 15, 16


@contextlib.contextmanager
def refuses(number):
    """The kernel refuses the request for this cause."""
    with pytest.raises(Refusal) as raised:
        yield
    assert raised.value.errno == number


@pytest.fixture
def audit():
    with Audit() as log:
        log.changes()
        yield log


@pytest.fixture
def bare(net):
    """The site without a policy."""
    net.edgectl("flush")
    return net


def run(net, *words):
    """Run edgectl: its process number."""
    with net.box.entered():
        process = subprocess.Popen([net.edgectl.program, *map(str, words)],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert not process.wait()
    return process.pid


def test_each_change_is_one_record_of_who_asked(bare, audit):
    audit.changes()
    file = bare.edgectl.file(reference())
    pids = [run(bare, "load", file), run(bare, "zone", "off", "pic"),
            run(bare, "mode", "audit"), run(bare, "flush")]
    records = audit.changes()
    assert [(r["op"], int(r["pid"])) for r in records] == list(zip(
        ["nf_edge_load", "nf_edge_switch", "nf_edge_switch", "nf_edge_flush"], pids))
    first = int(records[0]["generation"])
    assert [int(r["generation"]) for r in records] == list(range(first, first + 4))
    assert [int(r["entries"]) for r in records] == [37, 37, 37, 0]
    for record in records:
        assert record["table"] == "nf_edge" and record["family"] == "1"
        assert record["comm"] == '"edgectl"'
        names = [name for name in record if name not in ("text", "subj")]
        assert names == ["table", "family", "entries", "op", "pid", "comm", "generation"]
        # The kernel names a subject where a security module has any.
        if "subj" in record:
            assert list(record).index("subj") == list(record).index("pid") + 1


def test_a_change_that_waits_and_its_end_have_records(bare, audit):
    audit.changes()
    with Client(bare.box) as client:
        client.load(reference(), confirm_timeout=600)
        client.do("confirm")
        client.load(reference(mode="audit"), confirm_timeout=600)
        client.do("rollback")
        for request in "confirm", "rollback":
            with refuses(errno.ENOENT):
                client.do(request)
        assert [r["op"] for r in audit.changes()] == [
            "nf_edge_load", "nf_edge_confirm", "nf_edge_load", "nf_edge_rollback"]
        client.load(reference(mode="audit"), confirm_timeout=1)
        until(lambda: client.do("status-get")["mode"] == "enforce", "the load is taken back")
        # The policy is in force before its record is written.
        records = audit.changes()
        until(lambda: len(records) > 1 or records.extend(audit.changes()), "both have records")
        load, expiry = records
    assert (load["op"], expiry["op"]) == ("nf_edge_load", "nf_edge_expire")
    assert int(expiry["generation"]) == int(load["generation"]) + 1
    assert expiry["comm"].startswith('"kworker/') and expiry["pid"] != load["pid"]


def test_what_changes_nothing_has_no_record(bare, audit):
    audit.changes()
    with Client(bare.box) as client:
        client.load(reference(), dry_run=True)
        with refuses(errno.ENOENT):
            client.switch(features_off=["av"])
        with refuses(errno.ESTALE):
            client.load(reference(), generation=4_000_000)
        with refuses(errno.EINVAL):
            client.do("load", zones=[])
        client.do("flush")
        assert audit.changes() == []
        # The twin: the same, where it changes something.
        client.load(reference())
        client.switch(features_off=["av"])
        assert [r["op"] for r in audit.changes()] == ["nf_edge_load", "nf_edge_switch"]
        client.switch(features_off=["av"])
        with refuses(errno.EINVAL):
            client.switch(features_on=["av"], features_off=["av"])
        client.do("status-get")
        assert audit.changes() == []


def test_audit_that_is_off_reads_nothing(bare, audit):
    audit.changes()
    audit.turn(False)
    with Client(bare.box) as client:
        client.load(reference())
        audit.turn(True)
        client.do("flush")
    assert [r["op"] for r in audit.changes()] == ["nf_edge_flush"]


def test_a_name_of_a_process_forges_no_field(bare, audit):
    audit.changes()
    libc = ctypes.CDLL(None)
    name = ctypes.create_string_buffer(16)
    libc.prctl(PR_GET_NAME, name)
    with Client(bare.box) as client:
        libc.prctl(PR_SET_NAME, b'x" op=y')
        try:
            client.load(reference())
        finally:
            libc.prctl(PR_SET_NAME, name)
    record, = audit.changes()
    assert record["op"] == "nf_edge_load" and record["comm"] == b'x" op=y'.hex().upper()
    assert int(record["pid"]) == os.getpid()
