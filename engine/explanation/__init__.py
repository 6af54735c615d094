"""A trace in Danish or English words."""
