"""Typed requests to SQL: a fold of pure passes over a small logical plan."""
