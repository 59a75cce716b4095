"""Frozen types of all that a workspace defines. No I/O."""
