"""From statuses to a decision: verdict, trace, record, and what would turn it."""
