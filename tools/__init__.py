"""Analyses: typed request in, Answer out. No chat, no sentences, no physical table."""
