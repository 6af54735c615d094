"""Vocabularies and rulebooks in YAML, their cases and the JSON Schemas. Data only."""
