"""What was read, on disk: the one store that the live view, a capture and a replay all read."""
