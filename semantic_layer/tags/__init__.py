"""Profiles that are kept: every tag and segment as of a day, with versions, health and a schedule."""
