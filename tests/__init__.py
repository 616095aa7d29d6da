"""The tests of ddbtop."""
