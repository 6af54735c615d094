"""Offer records and their evidence: reading, checking, writing. Knows the vocabulary, no criterion."""
