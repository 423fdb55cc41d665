"""Drives the real program from outside: as a process, over WebSocket, HTTPS and raw sockets."""

import time

# How long to wait for something that must happen. Generous, since a sanitizer build on a busy
# machine is slow: running into it means a hang, never a slow success.
PATIENCE_S = 60


def eventually(check):
    """Asks again until the answer is true, and returns it; fails when PATIENCE_S is over.

    For what nothing announces: a file that is read again, a counter that another thread moves.
    """
    deadline = time.monotonic() + PATIENCE_S
    while True:
        answer = check()
        if answer or time.monotonic() > deadline:
            assert answer, "it never came true"
            return answer
        time.sleep(0.05)
