"""Who has the mouse: the program, or the terminal, which selects text with it."""

from __future__ import annotations

from textual.driver import Driver


def is_taken(driver: Driver | None) -> bool:
    return driver is not None and driver._mouse


def take(driver: Driver, taken: bool) -> None:
    """Take the mouse or leave it; the driver remembers it over a suspension.

    Textual asks for the mouse when the program starts and has no call for later: these are its own steps for that.
    """
    if taken == driver._mouse:
        return
    switch = getattr(driver, "_enable_mouse_support" if taken else "_disable_mouse_support", None)
    if taken:
        driver._mouse = True
    if switch is not None:  # a driver without a terminal has none
        switch()
    driver._mouse = taken
    if taken and getattr(driver, "_mouse_pixels", False):
        driver._enable_mouse_pixels()  # type: ignore[attr-defined]
