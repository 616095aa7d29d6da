"""What can be learned from runs: what fared differently, what sets a record apart, and a test of it."""
