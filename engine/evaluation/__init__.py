"""From evidence to statuses: the program of a rulebook and the evaluators that must agree on it."""
