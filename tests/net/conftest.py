# SPDX-License-Identifier: GPL-2.0-only
"""Fixtures: the reference site, once for all tests, and its parts."""

import pathlib
import platform
import subprocess

import pytest

from netlib import OPEN, Net, appliance
from pair import Pair

HERE = pathlib.Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def nf_edge():
    """The module is in this kernel. It is put there only where scripts/vm
    says so by the name that it gives its machines."""
    if platform.node() == "nf-edge":
        subprocess.run(["modprobe", "nf_edge"], check=True)
    if not pathlib.Path("/sys/module/nf_edge").exists():
        pytest.fail("nf_edge is not in this kernel: run this by scripts/vm",
                    pytrace=False)


@pytest.fixture(scope="session")
def helpers(tmp_path_factory):
    """The folder with the C programs of this folder's Makefile, built."""
    folder = tmp_path_factory.mktemp("helpers")
    subprocess.run(["make", "-s", "-C", HERE, f"OUT={folder}"], check=True)
    return folder


@pytest.fixture(scope="session")
def site():
    """The reference site without a policy."""
    net = Net(appliance())
    yield net
    net.close()


@pytest.fixture
def net(nf_edge, site):
    """The reference site; what the test opened is closed after it. The
    policy of the test before is in force until the test loads its own."""
    yield site
    site.tidy()


@pytest.fixture
def open_net(net):
    """The reference site with OPEN in force."""
    net.load(OPEN)
    return net


@pytest.fixture
def quiet(net):
    """No host answers: each packet is the only one of its connection."""
    muted = [net.spaces[name].muted() for name in ("edge1", "edge2", "inet", "lan")]
    for one in muted:
        one.__enter__()
    yield net
    for one in muted:
        one.__exit__(None, None, None)


@pytest.fixture(scope="module")
def built_pair(nf_edge, tmp_path_factory):
    built = Pair(tmp_path_factory.mktemp("pair"))
    yield built
    built.close()


@pytest.fixture
def pair(built_pair):
    """Two appliances, which begin() boots; what the test opened is closed after it."""
    yield built_pair
    built_pair.tidy()


@pytest.fixture(params=[4, 6], ids=["ipv4", "ipv6"])
def family(request):
    return request.param
