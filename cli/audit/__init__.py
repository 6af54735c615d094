"""The commands on journals and receipts."""
