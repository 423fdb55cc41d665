"""A terminal for programs that draw on one: tmux types and reads the screen."""

import shlex
import subprocess

from driver import eventually


class Terminal:
    """One program in a tmux of its own."""

    def __init__(self, socket, *command, env=None, columns=100, rows=30):
        self.socket = str(socket)
        words = [f"{name}={shlex.quote(value)}" for name, value in (env or {}).items()]
        words += [shlex.quote(str(word)) for word in command]
        self.tmux("new-session", "-d", "-x", str(columns), "-y", str(rows),
                  "env " + " ".join(words))

    def tmux(self, *arguments):
        return subprocess.run(["tmux", "-S", self.socket, "-f", "/dev/null", "-u", *arguments],
                              capture_output=True, text=True, check=False).stdout

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def enter(self, text):
        self.type(text)
        self.press("Enter")

    def press(self, key):
        self.tmux("send-keys", key)

    def screen(self):
        return self.tmux("capture-pane", "-p")

    def wait_for(self, text):
        """The screen, once it shows the text."""
        return eventually(lambda: self.screen() if text in self.screen() else "")

    def ended(self):
        """True once the program has ended, and tmux with it."""
        return eventually(lambda: not self.tmux("list-sessions"))

    def close(self):
        self.tmux("kill-server")
