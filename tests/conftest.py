# SPDX-License-Identifier: GPL-2.0-only
"""Cases that only NF_EDGE_WHOLE runs (make check-whole), by three markers."""

import os
import zlib


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "one_family: each case in one family, but for NF_EDGE_WHOLE")
    config.addinivalue_line(
        "markers", "either_family: a test without other parameters in one family too")
    config.addinivalue_line("markers", "whole: only with NF_EDGE_WHOLE")


def is_left_out(item):
    """Whether the case is for NF_EDGE_WHOLE only, or the other family's twin of
    the case is chosen. A case is what the test has parameters for beside the
    family; a test without any runs in both families, unless it says either_family."""
    if item.get_closest_marker("whole"):
        return True
    either = item.get_closest_marker("either_family")
    if not either and not item.get_closest_marker("one_family"):
        return False
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    if "family" not in parameters or (len(parameters) == 1 and not either):
        return False
    rest = sorted((name, str(value)) for name, value in parameters.items()
                  if name != "family")
    chosen = 4 + 2 * (zlib.crc32(repr((item.originalname, rest)).encode()) % 2)
    return parameters["family"] != chosen


def pytest_collection_modifyitems(config, items):
    if os.environ.get("NF_EDGE_WHOLE"):
        return
    left_out = [item for item in items if is_left_out(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if not is_left_out(item)]
