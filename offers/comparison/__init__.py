"""A run beside one before: what changed, and what turned it."""
