"""What users make and the assistant keeps: conversations, feedback, what a model has cost. SQLite, or any database by URL."""
