"""The shell: wiring, words for the terminal, the clock and the environment; nothing below knows of them."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from custodex import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    # not `list(…)`: in this package that name is the module of the verb, once it was loaded
    given = [*(sys.argv[1:] if arguments is None else arguments)]
    if given in (
        ["--version"],
        ["-V"],
    ):  # asked by every completion and every doctor: answer before any import
        sys.stdout.write(f"custodex {__version__}\n")
        return 0
    import gc

    # modules and records are no garbage: looking for some takes a tenth of a small check
    gc.set_threshold(20_000, 20, 100)
    from custodex.cli.program import run

    return run(given)
