"""A mapping at work: records are polled, handlers invoked, and what came of it is told as it happens."""
