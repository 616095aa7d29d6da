"""A stream with lineage, splits, expiry, trimming and faults on an injected clock: what no public emulator has."""
