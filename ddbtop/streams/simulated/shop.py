"""The demo's application: a shop whose orders, carts, customers, stock and sessions share one table."""

from __future__ import annotations

import random
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from typing import Any

from ddbtop.streams.simulated.catalogue import (
    CARRIERS,
    CITIES,
    DEVICES,
    NAMES,
    NOTES,
    PRODUCTS,
    STREETS,
    TAGS,
    Product,
    cents,
    key,
    money,
    number,
)
from ddbtop.streams.simulated.items import Item
from ddbtop.streams.simulated.world import World

HOT_CART = "CART#8841"
"""One key that takes more than a quarter of all changes."""

SESSION_S = 1800
GUEST_SESSION_S = 90
"""Time to live of sessions; guests' are short so that expiries are seen soon."""

TTL_DELAY_S = 20.0
"""An expired item is deleted up to so much later; the real service may take days."""

POISON_EVERY, POISON_FIRST = 97, 12
"""Which orders come from a partner whose prices are text with a comma."""

POISON_PRICE = "12,90"

_CARTS = 30
"""Carts in use at a time, beside the hot one."""

_CART_LINES = 6
_CUSTOMERS = 900
_FIRST_ORDER, _FIRST_CART = 10_482, 8_842

_STATUSES = {"PAID": ("PACKED", 30, 240), "PACKED": ("SHIPPED", 60, 600), "SHIPPED": ("DELIVERED", 300, 3600)}
"""What follows a status, and after how many seconds, at least and at most."""

_ARCHIVE_S = (600, 3600)
"""Seconds after which a delivered order leaves the table."""

_Change = Callable[[float], str | None]
"""Makes a change at a time; None where there was nothing to change."""


class Shop:
    """Makes one change at a time. The same seed and the same times make the same changes."""

    def __init__(self, world: World, seed: int = 1) -> None:
        self._world = world
        self._random = random.Random(seed)
        self._due: list[tuple[float, int, _Change]] = []
        self._serial = 0
        self._orders = 0
        self._open_orders: list[str] = []
        self._carts: list[str] = []
        self._next_cart = _FIRST_CART
        self._fresh: list[_Change] = [
            partial(self._edit_cart, HOT_CART),
            self._visit_cart,
            self._begin_session,
            self._place_order,
            self._restock,
            self._edit_order,
        ]
        self._weights = [40, 20, 16, 3, 3, 4]

    def act(self, at: float) -> str:
        """Write exactly one record: what is due, else something new. Returns its sequence number."""
        while True:
            if self._due and self._due[0][0] <= at:
                change = heappop(self._due)[2]
            else:
                change = self._random.choices(self._fresh, self._weights)[0]
            sequence = change(at)
            if sequence is not None:
                return sequence

    def _later(self, at: float, change: _Change) -> None:
        self._serial += 1
        heappush(self._due, (at, self._serial, change))

    def _write(self, item: Item, at: float) -> str | None:
        return self._world.put(item, at=at)

    def _remove(self, item_key: Item, at: float) -> str | None:
        return self._world.delete(item_key, at=at)

    def _expire(self, item_key: Item, at: float) -> str | None:
        return self._world.delete(item_key, ttl=True, at=at)

    def _place_order(self, at: float) -> str | None:
        self._orders += 1
        order = f"ORDER#{_FIRST_ORDER + self._orders}"
        poison = self._orders % POISON_EVERY == POISON_FIRST
        bought = [(product, self._random.randint(1, 3)) for product in self._random.sample(PRODUCTS, self._basket())]
        customer = f"CUSTOMER#{self._random.randint(1, _CUSTOMERS)}"
        head = self._head(order, customer, bought, at)
        if poison:
            head |= {"price": {"S": POISON_PRICE}, "channel": {"S": "marketplace"}}
            self._later(at + self._random.uniform(60, 300), partial(self._correct_price, order))
        else:
            self._schedule_status(order, "PAID", at)
        self._open_orders.append(order)
        for index, (product, quantity) in enumerate(bought, 1):
            self._later(at, partial(self._write, self._line(order, index, product, quantity)))
            self._later(at, partial(self._take_stock, product, quantity))
        spent = sum(product.cents * quantity for product, quantity in bought)
        self._later(at, partial(self._count_order, customer, spent))
        return self._write(head, at)

    def _basket(self) -> int:
        return self._random.choice((1, 1, 2, 2, 2, 3, 4))

    def _head(self, order: str, customer: str, bought: list[tuple[Product, int]], at: float) -> Item:
        lines = [
            {"M": {"sku": {"S": product.sku}, "qty": number(quantity), "price": money(product.cents)}}
            for product, quantity in bought
        ]
        return key(order, "HEAD") | {
            "status": {"S": "PAID"},
            "price": money(sum(product.cents * quantity for product, quantity in bought)),
            "currency": {"S": "EUR"},
            "customer": {"S": customer},
            "placed_at": number(int(at)),
            "channel": {"S": self._random.choice(("web", "web", "app"))},
            "lines": {"L": lines},
            "tags": {"SS": sorted(self._random.sample(TAGS, self._random.randint(1, 3)))},
            "address": {"M": self._address()},
            "note": {"S": self._random.choice(NOTES)},
            "hold": {"BOOL": True},
            "signature": self._signature(),
        }

    def _address(self) -> Item:
        city, code, country = self._random.choice(CITIES)
        street = f"{self._random.choice(STREETS)} {self._random.randint(1, 140)}"
        values = {"name": self._random.choice(NAMES), "street": street, "city": city, "zip": code, "country": country}
        return {name: {"S": value} for name, value in values.items()}

    def _signature(self) -> dict[str, Any]:
        return {"B": b64encode(self._random.randbytes(32)).decode()}

    def _line(self, order: str, index: int, product: Product, quantity: int) -> Item:
        return key(order, f"LINE#{index}") | {
            "sku": {"S": product.sku},
            "title": {"S": product.title},
            "qty": number(quantity),
            "price": money(product.cents * quantity),
        }

    def _correct_price(self, order: str, at: float) -> str | None:
        self._schedule_status(order, "PAID", at)
        head = self._world.get(key(order, "HEAD"))
        if head is None:
            return None
        return self._write(head | {"price": {"N": POISON_PRICE.replace(",", ".").rstrip("0")}}, at)

    def _schedule_status(self, order: str, status: str, at: float) -> None:
        following, soonest, latest = _STATUSES[status]
        self._later(at + self._random.uniform(soonest, latest), partial(self._progress, order, following))

    def _progress(self, order: str, status: str, at: float) -> str | None:
        head = self._world.get(key(order, "HEAD"))
        if head is None:
            return None
        head["status"] = {"S": status}
        if status == "SHIPPED":
            carrier, prefix = self._random.choice(CARRIERS)
            code = f"{prefix}{self._random.randrange(10**6):06d}"
            head |= {"tracking": {"M": {"carrier": {"S": carrier}, "code": {"S": code}}}, "shipped_at": number(int(at))}
            head.pop("hold", None)
        if status in _STATUSES:
            self._schedule_status(order, status, at)
        else:
            head["signature"] = self._signature()
            self._later(at + self._random.uniform(*_ARCHIVE_S), partial(self._archive, order))
        return self._write(head, at)

    def _archive(self, order: str, at: float) -> str | None:
        self._open_orders.remove(order)
        head = self._world.get(key(order, "HEAD"))
        for index in range(1, len(head["lines"]["L"]) + 1 if head else 1):
            self._later(at, partial(self._remove, key(order, f"LINE#{index}")))
        return self._remove(key(order, "HEAD"), at)

    def _edit_order(self, at: float) -> str | None:
        """Someone changes what the customer wanted: the note, or how it is packed."""
        head = self._world.get(key(self._random.choice(self._open_orders), "HEAD")) if self._open_orders else None
        if head is None or "N" not in head["price"]:
            return None
        if self._random.random() < 0.5:
            head["note"] = {"S": self._random.choice(NOTES)}
        else:
            head["tags"] = {"SS": sorted(self._random.sample(TAGS, self._random.randint(1, 3)))}
        return self._write(head, at)

    def _count_order(self, customer: str, spent: int, at: float) -> str | None:
        stats = self._world.get(key(customer, "STATS"))
        if stats is None:
            name = self._random.choice(NAMES)
            mail = name.split()[0].lower() + "@example.com"
            stats = key(customer, "STATS") | {
                "name": {"S": name},
                "mail": {"S": mail},
                "since": number(int(at)),
                "spend": money(0),
                "orders": number(0),
                "favourites": {"SS": sorted(p.sku for p in self._random.sample(PRODUCTS, 2))},
                "wallet": {"NULL": True},
            }
        stats["spend"] = money(cents(stats["spend"]) + spent)
        stats["orders"] = number(int(stats["orders"]["N"]) + 1)
        return self._write(stats, at)

    def _take_stock(self, product: Product, quantity: int, at: float) -> str | None:
        level = self._stock(product)
        level["on_hand"] = number(int(level["on_hand"]["N"]) - quantity)
        return self._write(level, at)

    def _restock(self, at: float) -> str | None:
        product = self._random.choice(PRODUCTS)
        level = self._stock(product)
        if int(level["on_hand"]["N"]) > 40:
            return self._take_stock(product, 1, at)
        level["on_hand"] = number(int(level["on_hand"]["N"]) + 60)
        return self._write(level, at)

    def _stock(self, product: Product) -> Item:
        place = key(f"STOCK#{product.sku}", "LEVEL")
        shelf = {"warehouse": {"S": "LYS-2"}, "title": {"S": product.title}, "on_hand": number(60)}
        return self._world.get(place) or place | shelf

    def _begin_session(self, at: float) -> str | None:
        session = key(f"SESSION#{self._random.getrandbits(16):04x}", "META")
        if self._world.get(session) is not None:
            return None
        guest = self._random.random() < 0.3
        user = "guest" if guest else f"CUSTOMER#{self._random.randint(1, _CUSTOMERS)}"
        ttl = int(at) + (GUEST_SESSION_S if guest else SESSION_S)
        device = self._random.choice(DEVICES)
        self._later(ttl + self._random.uniform(0, TTL_DELAY_S), partial(self._expire, session))
        return self._write(session | {"user": {"S": user}, "device": {"S": device}, "ttl": number(ttl)}, at)

    def _visit_cart(self, at: float) -> str | None:
        """A customer fills a cart, changes it, or gives it up."""
        if len(self._carts) < _CARTS:
            self._carts.append(f"CART#{self._next_cart}")
            self._next_cart += 1
            return self._edit_cart(self._carts[-1], at)
        cart = self._random.choice(self._carts)
        if self._random.random() < 0.06:
            self._carts.remove(cart)
            return self._remove(key(cart, "ITEMS"), at)
        return self._edit_cart(cart, at)

    def _edit_cart(self, cart: str, at: float) -> str | None:
        content = self._world.get(key(cart, "ITEMS")) or self._new_cart(cart, at)
        lines: list[dict[str, Any]] = content["items"]["L"]
        chance = self._random.random()
        if len(lines) < 2 or (chance < 0.2 and len(lines) < _CART_LINES):
            lines.append(self._cart_line({line["M"]["sku"]["S"] for line in lines}))
        elif chance < 0.35:
            lines.pop(self._random.randrange(len(lines)))
        else:
            lines[self._random.randrange(len(lines))]["M"]["qty"] = number(self._random.randint(1, 4))
        return self._write(content, at)

    def _new_cart(self, cart: str, at: float) -> Item:
        return key(cart, "ITEMS") | {
            "customer": {"S": f"CUSTOMER#{self._random.randint(1, _CUSTOMERS)}"},
            "created_at": number(int(at)),
            "currency": {"S": "EUR"},
            "channel": {"S": "web"},
            "gift_wrap": {"BOOL": False},
            "voucher": {"NULL": True},
            "items": {"L": [self._cart_line(set())]},
        }

    def _cart_line(self, present: set[str]) -> dict[str, Any]:
        product = self._random.choice([product for product in PRODUCTS if product.sku not in present])
        options = {"engraving": {"NULL": True}, "colours": {"L": [{"S": "natural"}]}}
        return {
            "M": {
                "sku": {"S": product.sku},
                "title": {"S": product.title},
                "qty": number(1),
                "price": money(product.cents),
                "options": {"M": options},
            }
        }
