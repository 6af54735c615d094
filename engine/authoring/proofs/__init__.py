"""What holds of a rulebook for every offer: diagrams, prime implicants, proofs, truth tables."""
