"""Worker processes end with the process that started them, however that one went."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable


def end_with_parent() -> None:
    """Watch, from a worker process, for the end of its parent; a killed command leaves nobody behind.

    A pool's workers wait for work for ever: without this, they would outlive a parent that was killed.
    """
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_wait, args=(parent.sentinel,), daemon=True).start()


def beside(work: Callable[[], object]) -> Callable[[], None]:
    """Begin *work* in a process of its own and return what waits for its end; where there is no fork: nothing.

    It gets something ready that is made when it is missing: whoever needs it meets the same fault and tells it.
    """
    if sys.platform != "linux" or (os.cpu_count() or 1) < 2:
        return _nothing
    import multiprocessing

    # a daemon: a command that stops early does not wait for it
    process = multiprocessing.get_context("fork").Process(target=_ready, args=(work,), daemon=True)
    process.start()
    return process.join


def _ready(work: Callable[[], object]) -> None:
    end_with_parent()
    with contextlib.suppress(Exception, KeyboardInterrupt):
        work()


def _nothing() -> None:
    """Wait for nothing."""


def _wait(sentinel: int) -> None:
    from multiprocessing.connection import wait

    wait([sentinel])
    os._exit(1)
