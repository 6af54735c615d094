"""The commands on offers, one at a time."""
