"""The embedded planner: a question to a typed request, deterministically, from the workspace's words alone."""
