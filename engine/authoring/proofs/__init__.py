"""What holds of a rulebook for every offer: diagrams, proofs, truth tables."""
