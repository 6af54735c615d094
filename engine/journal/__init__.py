"""Recorded decisions: entries in a chain of digests, receipts, signed heads, and seals."""
