"""Benchmarks: scripts that are run by hand, and a short run of each in the tests."""
