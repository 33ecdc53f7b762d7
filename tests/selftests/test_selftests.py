# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's own self-tests say the same, without nf_edge and with a policy
in force in every namespace that they make. None of their addresses is an Edge
address: their packets pass both hooks, and that is all that may become of them.

tests/selftests/run unpacks them and starts this in a test kernel.
"""

import json
import os
import pathlib
import re
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
SCRIPTS = pathlib.Path(os.environ["NF_EDGE_SELFTESTS"])
SKIPPED = 4             # what kselftest exits with
ALL = bool(os.environ["NF_EDGE_SELFTESTS_ALL"])
# They rely on sleeping: on a busy machine one may find a server not ready, or
# wait for ever for a client that came too early.
TRIES = 3
LIMIT = 300 if ALL else 180     # seconds
LONG = {"nft_nat.sh": 2400}     # some 500 commands, one by one: emulated, 9 minutes

FEW = ["conntrack_icmp_related.sh", "conntrack_tcp_unreplied.sh",
       "nf_nat_edemux.sh"]
# The first waits for ever when its client is up before its server, as on a busy
# machine. Those of other parts of netfilter, and those for performance, are left out.
MORE = ["nft_conntrack_helper.sh", "conntrack_vrf.sh", "conntrack_sctp_collision.sh",
        # its name is one of these
        next(name for name in ("ipip-conntrack-mtu.sh", "conntrack_ipip_mtu.sh")
             if (SCRIPTS / name).exists()),
        "nft_flowtable.sh", "nft_nat.sh", "nft_synproxy.sh"]
TESTS = FEW + (MORE if ALL else [])


def run(script, more):
    """(exit code, what it says of each check, all it printed)"""
    limit = LONG.get(script, LIMIT)
    with subprocess.Popen(
            ["bash", f"./{script}"], cwd=SCRIPTS, env={**os.environ, **more},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace",
            start_new_session=True) as child:
        try:
            printed, _ = child.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            # Its timeouts have process groups of their own, but one session.
            subprocess.run(["pkill", "-KILL", "-s", str(child.pid)], check=False)
            printed, _ = child.communicate()
            printed += f"not within {limit} seconds"
    # How long it took, and what a namespace was called, is not what it says.
    said = [re.sub(r"\d+ seconds|-[A-Za-z0-9]{6,8}\b", "", line)
            for line in printed.splitlines()
            if re.match(r"(PASS|FAIL|ERROR|SKIP)\b", line)]
    return child.returncode, said, printed


def outcome(script, **more):
    """What run() says, the first time that it is well."""
    for _ in range(TRIES):
        found = run(script, more)
        if found[0] in (0, SKIPPED):
            break
    return found


@pytest.fixture(scope="session")
def without(request):
    """What each says without nf_edge, which is not in the kernel yet."""
    scripts = [item.callspec.params["script"]
               for item in request.session.items]
    assert not pathlib.Path("/sys/module/nf_edge").exists()
    found = {script: outcome(script) for script in scripts}
    subprocess.run(["modprobe", "nf_edge"], check=True)
    return found


def documents(path):
    """The JSON objects of a file, one after the other."""
    text, at, decoder = path.read_text(), 0, json.JSONDecoder()
    while text[at:].strip():
        found, end = decoder.raw_decode(text[at:].lstrip())
        at += len(text[at:]) - len(text[at:].lstrip()) + end
        yield found


@pytest.mark.parametrize("script", TESTS)
def test_a_self_test_of_the_kernel_says_the_same(without, tmp_path, script):
    code, said, printed = without[script]
    if code == SKIPPED:
        pytest.skip(f"without nf_edge too: {' '.join(said) or printed}")
    if code:
        pytest.skip(f"it fails without nf_edge too: {printed[-300:]}")
    seen = tmp_path / "seen"
    seen.touch()
    now = outcome(script, NF_EDGE_SEEN=str(seen),
                  NF_EDGE_POLICY=str(HERE / "edge.conf"),
                  PATH=f"{HERE / 'bin'}:{os.environ['PATH']}")
    assert now[:2] == (code, said), now[2]
    found = list(documents(seen))
    assert found and all(status["loaded"] for status in found[::2])
    for counters in found[1::2]:
        assert not any(drop["packets"] for drop in counters["drops"])
        assert not any(row["denied"] or row["connections"]
                       for row in counters["rows"])
