"""Worker processes end with the process that started them, however that one went."""

from __future__ import annotations

import os
import threading


def end_with_parent() -> None:
    """Watch, from a worker process, for the end of its parent; a killed command leaves nobody behind.

    A pool's workers wait for work for ever: without this, they would outlive a parent that was killed.
    """
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_wait, args=(parent.sentinel,), daemon=True).start()


def _wait(sentinel: int) -> None:
    from multiprocessing.connection import wait

    wait([sentinel])
    os._exit(1)
