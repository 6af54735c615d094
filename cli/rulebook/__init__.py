"""The commands on rulebooks."""
