"""The program as a process: `connect serve` on free ports, and one-shot commands."""

import json
import os
import signal
import subprocess
import threading

import requests

from driver import PATIENCE_S


class Server:
    """One running `connect serve`. Its log lines are kept; `stop` insists on a clean exit."""

    def __init__(self, binary, data, *flags, auth="dev", env=None, rate="0",
                 listen="127.0.0.1:0"):
        self.binary = str(binary)
        self.data = data
        self.log = []
        self._changed = threading.Condition()
        command = [self.binary, "serve", "--data", str(data), "--listen", listen,
                   "--ops", "127.0.0.1:0", "--auth", auth, "--rate-sends", rate, *flags]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        env={**os.environ, **(env or {})})
        self._reader = threading.Thread(target=self._read_log)
        self._reader.start()
        self.address = self._wait_until_listening()
        self.ops_address = self.wait_log("operations listening")["address"]
        self.scheme = "https" if "--tls-cert" in flags else "http"

    @property
    def pid(self):
        return self.process.pid

    @property
    def port(self):
        return int(self.address.rsplit(":", 1)[1])

    @property
    def url(self):
        return f"{self.scheme}://{self.address}"

    @property
    def ops_url(self):
        return f"http://{self.ops_address}"

    def _read_log(self):
        for line in self.process.stderr:
            with self._changed:
                self.log.append(line.decode(errors="replace").rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self.log.append(None)
            self._changed.notify_all()

    def log_text(self):
        with self._changed:
            return "\n".join(line for line in self.log if line is not None)

    def wait_log(self, event):
        """The first log record with this event; fails when the program ends without it."""
        def found():
            for line in self.log:
                if line is None:
                    return {}
                record = parse_log(line)
                if record.get("event") == event:
                    return record
            return None
        with self._changed:
            record = self._changed.wait_for(found, PATIENCE_S)
        if not record:
            self.process.kill()
            raise AssertionError(f"no {event!r} in the log:\n{self.log_text()}")
        return record

    def _wait_until_listening(self):
        return self.wait_log("listening")["address"]

    def signal(self, number=signal.SIGTERM):
        os.kill(self.pid, number)

    def wait(self):
        """The exit code, once it has ended and its log was read to the end."""
        code = self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        self.process.stderr.close()
        return code

    def stop(self):
        """SIGTERM and a clean end; returns the log."""
        if self.process.returncode is None:
            self.signal()
            code = self.wait()
            assert code == 0, f"exit code {code}:\n{self.log_text()[-8000:]}"
        return self.log_text()

    def kill(self):
        """SIGKILL: nothing is said to anybody."""
        if self.process.returncode is None:
            self.signal(signal.SIGKILL)
            self.wait()

    def token(self, user):
        answer = requests.post(f"{self.url}/v1/dev/login", json={"user": user}, timeout=PATIENCE_S,
                               verify=False)
        assert answer.status_code == 200, answer.text
        return answer.json()["token"]


def parse_log(line):
    try:
        record = json.loads(line)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def run(binary, *arguments, stdin=b"", env=None, cwd=None):
    """A one-shot command: its CompletedProcess with bytes as output."""
    return subprocess.run([str(binary), *map(str, arguments)], input=stdin, capture_output=True,
                          env={**os.environ, **(env or {})}, cwd=cwd, timeout=PATIENCE_S * 2,
                          check=False)
