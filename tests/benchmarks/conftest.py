"""Benchmarks are scripts that are run by hand; pytest collects none of them."""

collect_ignore_glob = ["bench_*.py"]
