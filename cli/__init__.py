"""The `sekskant` command: reads, calls, prints."""
