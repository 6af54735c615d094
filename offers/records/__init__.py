"""One offer: its file, its evidence, and the register as it was printed."""
