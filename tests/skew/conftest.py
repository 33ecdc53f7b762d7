# SPDX-License-Identifier: GPL-2.0-only
"""Fixtures: the reference site, and which module is in the kernel."""

import os
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "net"))

from netlib import Net                                  # noqa: E402
from topology import appliance                          # noqa: E402
from wire import beyond_the_spec                        # noqa: E402


@pytest.fixture(scope="session")
def release():
    """older or newer, as tests/skew/run says."""
    return os.environ["NF_EDGE_MODULE"]


@pytest.fixture(scope="session")
def site(release):
    if release == "newer":
        beyond_the_spec.add(250)
    subprocess.run(["modprobe", "nf_edge"], check=True)
    net = Net(appliance())
    yield net
    net.close()


@pytest.fixture
def net(site):
    yield site
    site.tidy()
