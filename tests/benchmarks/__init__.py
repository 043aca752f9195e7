"""Speed and memory beside named peers, in one run: `python -m tests.benchmarks`."""
