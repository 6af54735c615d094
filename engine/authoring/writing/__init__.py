"""Rulebooks written and compared: layout, a first rulebook, DMN, differences."""
