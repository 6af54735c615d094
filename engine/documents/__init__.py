"""YAML and JSON to records: what is written, with the place of each part."""
