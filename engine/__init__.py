"""Rulebooks, three-valued evaluation, decisions and their traces. Knows no file format of offers."""
