"""What the answer must be: docs/metrics.md in plain Python, row by row, and nothing of the compiler."""
