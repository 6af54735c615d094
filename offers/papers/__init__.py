"""Papers: what was decided, as people read and sign it, and whether it still says so."""
