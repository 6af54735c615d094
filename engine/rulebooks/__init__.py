"""Vocabularies and rulebooks: their language, their checks, and where they are found."""
