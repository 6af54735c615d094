"""What the authors of rulebooks work with: lints, coverage, mutations, proofs, differences, tables, exports."""
