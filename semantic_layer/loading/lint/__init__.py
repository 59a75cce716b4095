"""What is allowed in a workspace and yet likely to be a mistake, each with file, line and cure."""
