"""Exact numbers, intervals of them, three-valued logic, and canonical JSON."""
