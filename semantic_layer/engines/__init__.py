"""Engines that run compiled SQL."""
