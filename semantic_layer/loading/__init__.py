"""YAML files to a checked Workspace."""
