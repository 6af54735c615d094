"""Cases of a rulebook: what they decide, and what they do not show."""
