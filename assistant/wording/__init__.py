"""Findings, readings and refusals in words, in Chinese and English. Numbers come from rows and are written here."""
