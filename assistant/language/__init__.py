"""The two languages: normal form, words as data, numbers, dates, and the spans of a question."""
