# SPDX-License-Identifier: GPL-2.0-only
"""Fixtures: the site with real programs in it, and certificates."""

import pathlib
import platform
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "net"))

from netlib import OPEN                                 # noqa: E402
from pki import Pki                                     # noqa: E402
from programs import Site                               # noqa: E402

_site = None


@pytest.fixture(scope="session")
def module():
    """The module is loaded."""
    if platform.node() == "nf-edge":
        subprocess.run(["modprobe", "nf_edge"], check=True)
    if not pathlib.Path("/sys/module/nf_edge").exists():
        pytest.fail("nf_edge is not in this kernel: run this by scripts/vm",
                    pytrace=False)


@pytest.fixture(scope="session")
def whole_site(module, tmp_path_factory):
    """The reference site without a program."""
    global _site
    _site = Site(tmp_path_factory.mktemp("site"))
    yield _site
    _site.close()


@pytest.fixture(scope="module")
def servers(whole_site):
    """The site, for fixtures that start servers: they run until the tests of
    the module end."""
    yield whole_site
    whole_site.stop_servers()


@pytest.fixture
def site(whole_site):
    """The site with OPEN in force; clients end with the test."""
    whole_site.load(OPEN)
    yield whole_site
    whole_site.stop_clients()
    whole_site.tidy()


@pytest.fixture(scope="session")
def pki(tmp_path_factory):
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport():
    report = (yield).get_result()
    if report.failed and _site:
        for program in _site.programs():
            report.sections.append((program.name, str(program)))
