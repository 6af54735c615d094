"""Vocabularies and rulebooks in YAML, their cases and the JSON Schemas. Data only."""

DECIDED_WHERE_NAMED = ("national",)
"""The folders whose rulebooks are decided only where they are named; the others are those of the agreement."""
