"""The journal: what is stored, once and for good."""
