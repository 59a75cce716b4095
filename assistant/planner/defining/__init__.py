"""Defining a segment by talking: a condition in words becomes the condition language of the workspace, or is refused by name."""
