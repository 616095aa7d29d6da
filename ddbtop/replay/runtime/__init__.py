"""The Lambda Runtime API on this machine, and the processes that speak it."""
