"""How long answers and starts take, and how much memory. Figures are printed, never asserted: machines differ."""
