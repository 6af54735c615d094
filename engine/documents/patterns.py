"""What dates and numbers look like, as the regular expressions of editors say."""

from __future__ import annotations

_DATE = (
    "(?:(?!0000)[0-9]{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|"
    "(?:0[13578]|1[02])-31)|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)-02-29)"
)
"""A date that exists."""
DATE = f"^{_DATE}$"
NUMBER = r"^[-+]?(?:\.[0-9]+|(?!0[0-9])[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$"
"""A number in quotes, which is read as one without."""
