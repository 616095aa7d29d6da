"""The filter patterns of an event source mapping: which records Lambda hands to a function, and why not the others."""

from ddbtop.replay.patterns.criteria import FilterCriteria
from ddbtop.replay.patterns.pattern import Pattern, Verdict
from ddbtop.replay.patterns.refusal import PatternError

__all__ = ["FilterCriteria", "Pattern", "PatternError", "Verdict"]
