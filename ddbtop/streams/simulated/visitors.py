"""Visitors of the demo's shop: sessions that expire, and carts, one of them hot."""

from __future__ import annotations

from functools import partial
from typing import Any

from ddbtop.streams.simulated.catalogue import CITIES, CUSTOMERS, DEVICES, NAMES, PRODUCTS, key, number
from ddbtop.streams.simulated.items import Item
from ddbtop.streams.simulated.ledger import Ledger

HOT_CART = "CART#8841"
"""One key that takes more than a quarter of all changes."""

SESSION_S = 1800
GUEST_SESSION_S = 90
"""Time to live of sessions; guests' are short so that expiries are seen soon."""

TTL_DELAY_S = 20.0
"""An expired item is deleted up to so much later; the real service may take days."""

_CARTS = 30
"""Carts in use at a time, beside the hot one."""

_CART_LINES = 6
_FIRST_CART = 8_842

_GUESTS, _GIVEN_UP = 0.3, 0.06
"""Shares of the sessions that are guests', and of the visits to a cart that end it."""

_ENGRAVED = 0.25
"""Share of the lines of a cart that have options."""

_ADDED, _TAKEN_OUT = 0.2, 0.15
"""Shares of the changes of a cart that add a line or take one out; the others change a quantity."""


class Visitors:
    """Steps that visitors take; what follows from them is left with the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._random = ledger.random
        self._carts: list[str] = []
        self._next_cart = _FIRST_CART

    def edit_hot_cart(self, at: float) -> str | None:
        return self._edit_cart(HOT_CART, at)

    def begin_session(self, at: float) -> str | None:
        session = key(f"SESSION#{self._random.getrandbits(16):04x}", "META")
        if self._ledger.get(session) is not None:
            return None
        guest = self._random.random() < _GUESTS
        user = "guest" if guest else f"CUSTOMER#{self._random.randint(1, CUSTOMERS)}"
        ttl = int(at) + (GUEST_SESSION_S if guest else SESSION_S)
        device = self._random.choice(DEVICES)
        self._ledger.later(ttl + self._random.uniform(0, TTL_DELAY_S), partial(self._ledger.expire, session))
        return self._ledger.write(session | {"user": {"S": user}, "device": {"S": device}, "ttl": number(ttl)}, at)

    def visit_cart(self, at: float) -> str | None:
        """A customer fills a cart, changes it, or gives it up."""
        if len(self._carts) < _CARTS:
            self._carts.append(f"CART#{self._next_cart}")
            self._next_cart += 1
            return self._edit_cart(self._carts[-1], at)
        cart = self._random.choice(self._carts)
        if self._random.random() < _GIVEN_UP:
            self._carts.remove(cart)
            return self._ledger.remove(key(cart, "ITEMS"), at)
        return self._edit_cart(cart, at)

    def _edit_cart(self, cart: str, at: float) -> str | None:
        content = self._ledger.get(key(cart, "ITEMS")) or self._new_cart(cart, at)
        lines: list[dict[str, Any]] = content["items"]["L"]
        chance = self._random.random()
        if len(lines) < 2 or (chance < _ADDED and len(lines) < _CART_LINES):
            lines.append(self._cart_line({line["M"]["sku"]["S"] for line in lines}))
        elif chance < _ADDED + _TAKEN_OUT:
            lines.pop(self._random.randrange(len(lines)))
        else:
            lines[self._random.randrange(len(lines))]["M"]["qty"] = number(self._random.randint(1, 4))
        return self._ledger.write(content, at)

    def _new_cart(self, cart: str, at: float) -> Item:
        return key(cart, "ITEMS") | {
            "customer": {"S": f"CUSTOMER#{self._random.randint(1, CUSTOMERS)}"},
            "created_at": number(int(at)),
            "currency": {"S": "EUR"},
            "delivery": {"M": self._delivery()},
            "gift_wrap": {"BOOL": False},
            "voucher": {"NULL": True},
            "items": {"L": [self._cart_line(set())]},
        }

    def _delivery(self) -> Item:
        city, code, country = self._random.choice(CITIES)
        windows = [{"S": window} for window in ("08:00-12:00", "18:00-21:00")]
        place = {name: {"S": value} for name, value in (("city", city), ("zip", code), ("country", country))}
        return {"method": {"S": "courier"}, "place": {"M": place}, "windows": {"L": windows}}

    def _cart_line(self, present: set[str]) -> dict[str, Any]:
        product = self._random.choice([product for product in PRODUCTS if product.sku not in present])
        line: Item = {"sku": {"S": product.sku}, "qty": number(1)}
        if self._random.random() < _ENGRAVED:
            line["options"] = {"M": {"engraving": {"S": f"for {self._random.choice(NAMES).split()[0]}"}}}
        return {"M": line}
