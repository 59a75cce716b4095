"""A reading that can be changed: its parts as chips, what each could be instead, and the typed edits between them."""
