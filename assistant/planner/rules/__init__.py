"""Rules of composition: each looks for one kind of phrase in the items and fills its part of the draft."""
