"""Replies drawn: in the terminal, as Plotly charts."""
