"""The texts that a person reads: one catalogue, in Danish and English."""
