"""Recorded decisions: entries in a chain of digests, receipts, and signed heads."""
