"""Two situations of an offer taken apart: what differs, and the smallest changes that turn its verdict."""
