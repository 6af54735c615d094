"""The commands on journals, receipts and seals."""
