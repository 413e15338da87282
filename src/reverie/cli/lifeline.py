"""A child's tie to the process that started it: the child ends soon after its parent is gone.

The parent keeps one end of a pipe open and names the other in the environment. When the parent ends,
however it ends, the pipe closes, and the child asks itself to end; if it does not, it is stopped.
"""

from __future__ import annotations

import os
import signal
import threading
import time

NAME = "REVERIE_LIFELINE"
PATIENCE_S = 8.0


def hold() -> None:
    """Watch the parent's end of the pipe, if this process was given one."""
    named = os.environ.pop(NAME, None)
    if named is not None:
        threading.Thread(target=_watch, args=(int(named),), name="lifeline", daemon=True).start()


def _watch(handle: int) -> None:
    try:
        while os.read(handle, 1):
            pass
    except OSError:
        return  # the handle was not given to us: there is no parent to lose
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE_S)
    os.kill(os.getpid(), signal.SIGKILL)
