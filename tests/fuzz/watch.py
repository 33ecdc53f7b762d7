# SPDX-License-Identifier: GPL-2.0-only
"""The events of a namespace, as a model of its changes: each event must follow
from those before it, and tells which change waits for its confirmation."""

from wire import Client

STATES = ("confirm-left", "confirm-back", "confirm-back-mode")
ENDS = ("confirm", "rollback", "expire", "flush")


class Wrong(Exception):
    """The module did what it must not."""


def without(value, *names):
    """A reply, or a list of replies, without some attributes."""
    if isinstance(value, list):
        return [without(one, *names) for one in value]
    return {name: one for name, one in value.items() if name not in names}


class Watch:
    """generation, and what waits, after all events so far."""

    def __init__(self, ns, generation):
        self.client = Client(ns)
        self.client.join()
        self.generation = generation
        self.mode = None            # of the policy in force
        self.waits = False
        self.back = None            # (generation, mode) that comes back
        self.counts = {}
        self.came_back = {}         # generation -> the one whose policy it has

    def hear(self, wait=False):
        """Take the events that have come; with wait, at least one."""
        for event in self.client.events(wait):
            self.take(event)

    def take(self, event):
        change, before = event["change"], self.generation
        self.counts[change] = self.counts.get(change, 0) + 1
        if event["generation"] != before + (change != "confirm"):
            raise Wrong(f"{change}: generation {event['generation']} after {before}")
        if change in ("confirm", "rollback", "expire") and not self.waits:
            raise Wrong(f"{change}, and nothing waited")
        if change == "load" and self.waits:
            raise Wrong("a load, while another change waits")
        if change in ("rollback", "expire"):
            back = self.back[1] if self.back else None
            if event.get("mode") != back:
                raise Wrong(f"{change}: mode {event.get('mode')}, and {self.back} was to come back")
            if self.back:
                self.came_back[event["generation"]] = self.back[0]
        waits, back = "confirm-left" in event, None
        if "confirm-back" in event:
            back = event["confirm-back"], event["confirm-back-mode"]
        if waits:
            self.check_wait(change, waits, back)
        elif self.waits and change not in ENDS:
            raise Wrong(f"{change}: nothing waits any more")
        self.generation, self.mode = event["generation"], event.get("mode")
        self.waits, self.back = waits, back

    def check_wait(self, change, waits, back):
        if change in ENDS:
            raise Wrong(f"{change}, and a change waits afterwards")
        before = (self.generation, self.mode) if self.mode else None
        wanted = self.back if self.waits else before
        if waits and back != wanted:
            raise Wrong(f"{change}: {back} comes back, not {wanted}")

    def expects(self, status):
        """A status must say the same."""
        back = None
        if "confirm-back" in status:
            back = status["confirm-back"], status["confirm-back-mode"]
        said = status["generation"], status.get("mode"), "confirm-left" in status, back
        wanted = self.generation, self.mode, self.waits, self.back
        if said != wanted:
            raise Wrong(f"the status says {said}, the events said {wanted}")
        if not 0 <= status.get("confirm-left", 0) <= 86400:
            raise Wrong(f"{status['confirm-left']} s are left")

    def close(self):
        self.client.close()
