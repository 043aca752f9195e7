"""Small programs that are measured as whole processes: `python -m tests.benchmarks.probes.NAME`."""
