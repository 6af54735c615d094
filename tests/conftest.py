"""Properties are tried on the same examples everywhere, and the environment chooses no evaluator."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("sekskant", derandomize=True, deadline=None, database=None, print_blob=False)
settings.load_profile("sekskant")

os.environ.pop("SEKSKANT_ENGINE", None)
os.environ.pop("SEKSKANT_JOURNAL", None)
