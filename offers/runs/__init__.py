"""The whole register decided: a run and its backends."""
