"""What every measurement is given: the repositories, the peers, the sizes, how often to repeat."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from .books import Shelf
from .generate import ROOT
from .measure import Run, run
from .peers import Peers


@dataclass(frozen=True)
class Bench:
    """One run of the benchmark; *huge* also runs what takes many minutes beside 100,000 customers."""

    work: Path
    sizes: tuple[int, ...]
    rounds: int
    huge: bool
    shelf: Shelf
    peers: Peers

    def repeats(self, size: int) -> int:
        """Return how often a costly thing is done with *size* customers."""
        return self.rounds if size < 10_000 else max(1, self.rounds // 2) if size < 100_000 else 1

    def probe(self, name: str, *arguments: str | Path, whole_tree: bool = False) -> Run:
        """Measure one of the small programs in `probes/`, each a process of its own."""
        module = f"{__package__}.probes.{name}"
        return run([sys.executable, "-m", module, *arguments], ROOT, whole_tree=whole_tree)
