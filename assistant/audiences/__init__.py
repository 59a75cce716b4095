"""Audiences leave as files: written whole or not at all, with a manifest, and remembered."""
