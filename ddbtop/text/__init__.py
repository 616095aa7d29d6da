"""Text for a terminal: strangers' characters made safe to show, widths in cells, quantities in fixed forms."""

from ddbtop.text.cells import cell_width, cut, fit
from ddbtop.text.clock import clock, day, moment, same_day
from ddbtop.text.escapes import visible
from ddbtop.text.quantities import bytes_of, count, counted, duration, gauge, rate, roughly, short_count, size

__all__ = [
    "bytes_of",
    "cell_width",
    "clock",
    "count",
    "counted",
    "cut",
    "day",
    "duration",
    "fit",
    "gauge",
    "moment",
    "rate",
    "roughly",
    "same_day",
    "short_count",
    "size",
    "visible",
]
