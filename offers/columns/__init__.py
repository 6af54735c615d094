"""Offers decided in columns, a chunk of rows at a time."""
