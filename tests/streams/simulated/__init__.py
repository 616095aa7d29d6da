"""Tests of the simulated stream: other tests trust it, so it has to be right itself."""
