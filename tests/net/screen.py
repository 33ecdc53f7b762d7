# SPDX-License-Identifier: GPL-2.0-only
"""A terminal of a given size, by tmux: keys go in, the screen comes out."""

import os
import pathlib
import shlex
import tempfile

from netns import until

PROMPT = "ready>"


class Screen:
    """A shell at a terminal of its own, in a namespace."""

    def __init__(self, ns, columns=80, lines=24, **env):
        self.ns = ns
        self._folder = tempfile.TemporaryDirectory(prefix="nf_edge-screen-")
        self._socket = pathlib.Path(self._folder.name, "tmux")
        self.home = self._folder.name
        env = {"PATH": os.environ["PATH"], "PS1": PROMPT, "ENV": "/dev/null", "LC_ALL": "C.UTF-8",
               "HOME": self._folder.name, "TZ": "UTC", **env}
        words = " ".join(f"{name}={shlex.quote(value)}" for name, value in env.items())
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", 80, "-y", 24,
                  f"exec env -u NO_COLOR {words} sh -i")
        self.tmux("set-option", "-g", "status", "off")
        self.resize(80, 24)
        self.shows(PROMPT)
        self.resize(columns, lines)

    def tmux(self, *words):
        return self.ns.run("env", "LC_ALL=C.UTF-8", "tmux", "-u", "-S", self._socket, *words).stdout

    def text(self):
        """The lines of the screen."""
        return self.tmux("capture-pane", "-p")

    def colours(self):
        """The lines of the screen, with the escape sequences of their colours."""
        return self.tmux("capture-pane", "-e", "-p")

    def shows(self, *texts):
        """Wait until all these texts are on the screen, and return it."""
        seen = []

        def found():
            seen[:] = [self.text()]
            return all(text in seen[0] for text in texts)
        try:
            until(found, f"{texts} on the screen")
        except AssertionError as error:
            raise AssertionError(f"{error}:\n{seen[0]}") from None
        return seen[0]

    def keys(self, *keys):
        """Press keys, by their names in tmux."""
        self.tmux("send-keys", *keys)

    def run(self, line):
        """Give the shell a line."""
        self.tmux("send-keys", "-l", line)
        self.keys("Enter")

    def resize(self, columns, lines):
        self.tmux("resize-window", "-x", columns, "-y", lines)

    def is_as_before(self):
        """Whether the terminal has its usual screen, cursor and keys."""
        state = self.tmux("display-message", "-p",
                          "#{alternate_on} #{cursor_flag} #{keypad_flag} #{keypad_cursor_flag}")
        return state.split() == ["0", "1", "0", "0"]

    def close(self):
        self.tmux("kill-server")
        self._folder.cleanup()
