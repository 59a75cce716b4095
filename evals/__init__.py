"""Judging: golden questions, a runner, scorers, figures with intervals, reports and benchmarks."""
