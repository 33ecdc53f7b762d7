# SPDX-License-Identifier: GPL-2.0-only
"""A listener of the module's events, by the family's own messages.

    with Listener(net, reasons=["peer"]) as listener:
        ...                             packets
        listener.takes(3)               at least three events: all so far
        listener.lost                   {(verdict, reason): {"suppressed": 1, ...}}

settles() waits until what was sent and lost is together what was counted.
"""

import errno

from netlib import until
from wire import Client

WAYS = ("suppressed", "ring-full", "socket-full")


class Listener:
    def __init__(self, net, ns=None, **wanted):
        self.client = Client(ns or net.box)
        self.heard, self.lost, self.ended = [], {}, False
        try:
            self.rate = self.client.do("listen", wanted)["rate"]
        except BaseException:
            self.client.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.client.close()

    def reads(self):
        """Take what has come. A socket says once that its buffer was full."""
        try:
            messages = self.client.events()
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise
            messages = []
        for message in messages:
            self.heard += message.get("event", [])
            for loss in message.get("lost", []):
                kind = loss["verdict"], loss.get("reason")
                self.lost[kind] = {way: loss[way] for way in WAYS}
            self.ended |= message.get("end", False)

    def takes(self, count):
        """The events from the beginning, once there are so many."""
        def come():
            self.reads()
            return len(self.heard) >= count
        until(come, f"{count} events come")
        return self.heard

    def sums(self):
        """What was sent or lost, by verdict and reason."""
        found = {}
        for event in self.heard:
            kind = event["verdict"], event.get("reason")
            found[kind] = found.get(kind, 0) + 1
        for kind, ways in self.lost.items():
            found[kind] = found.get(kind, 0) + sum(ways.values())
        return found

    def settles(self, wanted):
        """Wait until what was sent and lost is what was counted: numbers by
        verdict and reason."""
        def same():
            self.reads()
            return self.sums() == wanted
        try:
            until(same, "events come or are counted as lost")
        except AssertionError:
            raise AssertionError(f"{self.sums()} instead of {wanted}") from None
