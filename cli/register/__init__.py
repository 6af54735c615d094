"""The commands on the printed register."""
