# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's audit records, read as they are written.

    with Audit() as audit:                  audit is on until the end
        audit.changes()                     records of nf_edge since the last call

A record is a dict of its fields in their order, "text" beside them."""

import errno
import os
import re
import socket
import struct

import pytest

NETLINK_AUDIT = 9
AUDIT_SET, AUDIT_USER_AVC, NETFILTER_CFG = 1001, 1107, 1325
STATUS_ENABLED = 1
READLOG = 1
SOL_NETLINK, ADD_MEMBERSHIP = 270, 1
REQUEST, ACK = 1, 4


class Audit:
    """Turns audit on, and reads its log as journald does. Needs the first
    network namespace, and the rights of root."""

    def __init__(self):
        try:
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_AUDIT)
        except OSError as error:
            if error.errno != errno.EPROTONOSUPPORT:
                raise
            pytest.skip("this kernel was built without CONFIG_AUDIT")
        self._control = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_AUDIT)
        self._socket.bind((0, 0))
        self._socket.settimeout(600)
        self._socket.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, READLOG)
        self.marks = 0

    def __enter__(self):
        self.turn(True)
        return self

    def __exit__(self, *_):
        self.turn(False)
        self._socket.close()
        self._control.close()

    def _ask(self, kind, payload):
        self._control.send(struct.pack("=IHHII", 16 + len(payload), kind, REQUEST | ACK, 1, 0) + payload)
        answer = self._control.recv(8192)
        error = struct.unpack_from("=i", answer, 16)[0]
        if error:
            raise OSError(-error, os.strerror(-error))

    def turn(self, on):
        """Switch audit on or off."""
        self._ask(AUDIT_SET, struct.pack("=11I", STATUS_ENABLED, on, *[0] * 9))

    def changes(self):
        """Records of nf_edge up to now: up to a message of the test's own,
        which the kernel puts behind them."""
        self.marks += 1
        mark = f"nf_edge-test-{self.marks}"
        self._ask(AUDIT_USER_AVC, f"{mark}\0".encode())
        found = []
        while True:
            data = self._socket.recv(65536)
            kind = struct.unpack_from("=H", data, 4)[0]
            text = data[16:].rstrip(b"\0\n").decode()
            if kind == AUDIT_USER_AVC and mark in text:
                return found
            if kind == NETFILTER_CFG and "table=nf_edge" in text:
                fields = dict(re.findall(r"(\w+)=(\"[^\"]*\"|\S+)", text.partition("): ")[2]))
                found.append(fields | {"text": text})
