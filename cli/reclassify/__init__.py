"""The commands on a whole register."""
