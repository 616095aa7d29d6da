"""The event source mapping itself: a state machine over records, answers and a clock. No threads, files or calls."""
