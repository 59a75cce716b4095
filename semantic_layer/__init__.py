"""Meaning to SQL: the governed semantic layer. It knows no language model, no chat and no natural language."""
