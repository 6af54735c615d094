"""The commands on papers: what a committee, the operators and the agreement get."""
