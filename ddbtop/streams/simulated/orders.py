"""Orders of the demo's shop, from payment to archive, with the stock and the customers they touch."""

from __future__ import annotations

from base64 import b64encode
from functools import partial
from typing import Any

from ddbtop.streams.simulated.catalogue import (
    CARRIERS,
    CITIES,
    CUSTOMERS,
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
from ddbtop.streams.simulated.ledger import Ledger

POISON_EVERY, POISON_FIRST = 97, 12
"""Which orders come from a partner whose prices are text with a comma."""

POISON_PRICE = "12,90"

_CORRECTION_S = (60, 300)
"""Seconds until such a price is corrected, at least and at most."""

FIRST_ORDER = 10_482

_STATUSES = {"PAID": ("PACKED", 30, 240), "PACKED": ("SHIPPED", 60, 600), "SHIPPED": ("DELIVERED", 300, 3600)}
"""What follows a status, and after how many seconds, at least and at most."""

_ARCHIVE_S = (600, 3600)
"""Seconds after which a delivered order leaves the table."""

_LOW_STOCK, _DELIVERED = 40, 60
"""At so many pieces a product is ordered again, and so many come."""


class Orders:
    """Steps that begin or change an order; what follows from them is left with the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._random = ledger.random
        self._placed = 0
        self._open: list[str] = []

    def place(self, at: float) -> str | None:
        """A customer pays; lines, stock and the customer's statistics follow at once, the rest in its time."""
        self._placed += 1
        order = f"ORDER#{FIRST_ORDER + self._placed}"
        poison = self._placed % POISON_EVERY == POISON_FIRST
        bought = [(product, self._random.randint(1, 3)) for product in self._random.sample(PRODUCTS, self._basket())]
        customer = f"CUSTOMER#{self._random.randint(1, CUSTOMERS)}"
        head = self._head(order, customer, bought, at)
        if poison:
            head |= {"price": {"S": POISON_PRICE}, "channel": {"S": "marketplace"}}
            self._ledger.later(at + self._random.uniform(*_CORRECTION_S), partial(self._correct_price, order))
        else:
            self._schedule_status(order, "PAID", at)
        self._open.append(order)
        for index, (product, quantity) in enumerate(bought, 1):
            self._ledger.later(at, partial(self._ledger.write, self._line(order, index, product, quantity)))
            self._ledger.later(at, partial(self._take_stock, product, quantity))
        spent = sum(product.cents * quantity for product, quantity in bought)
        self._ledger.later(at, partial(self._count_order, customer, spent))
        return self._ledger.write(head, at)

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
        head = self._ledger.get(key(order, "HEAD"))
        if head is None:
            return None
        return self._ledger.write(head | {"price": {"N": POISON_PRICE.replace(",", ".").rstrip("0")}}, at)

    def _schedule_status(self, order: str, status: str, at: float) -> None:
        following, soonest, latest = _STATUSES[status]
        self._ledger.later(at + self._random.uniform(soonest, latest), partial(self._progress, order, following))

    def _progress(self, order: str, status: str, at: float) -> str | None:
        head = self._ledger.get(key(order, "HEAD"))
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
            self._ledger.later(at + self._random.uniform(*_ARCHIVE_S), partial(self._archive, order))
        return self._ledger.write(head, at)

    def _archive(self, order: str, at: float) -> str | None:
        self._open.remove(order)
        head = self._ledger.get(key(order, "HEAD"))
        for index in range(1, len(head["lines"]["L"]) + 1 if head else 1):
            self._ledger.later(at, partial(self._ledger.remove, key(order, f"LINE#{index}")))
        return self._ledger.remove(key(order, "HEAD"), at)

    def edit(self, at: float) -> str | None:
        """Someone changes what the customer wanted: the note, or how it is packed."""
        head = self._ledger.get(key(self._random.choice(self._open), "HEAD")) if self._open else None
        if head is None or "N" not in head["price"]:
            return None
        if self._random.random() < 0.5:
            head["note"] = {"S": self._random.choice(NOTES)}
        else:
            head["tags"] = {"SS": sorted(self._random.sample(TAGS, self._random.randint(1, 3)))}
        return self._ledger.write(head, at)

    def _count_order(self, customer: str, spent: int, at: float) -> str | None:
        stats = self._ledger.get(key(customer, "STATS"))
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
        return self._ledger.write(stats, at)

    def _take_stock(self, product: Product, quantity: int, at: float) -> str | None:
        level = self._stock(product)
        level["on_hand"] = number(int(level["on_hand"]["N"]) - quantity)
        return self._ledger.write(level, at)

    def restock(self, at: float) -> str | None:
        """A delivery arrives where little is left, else one piece is sold over the counter."""
        product = self._random.choice(PRODUCTS)
        level = self._stock(product)
        if int(level["on_hand"]["N"]) > _LOW_STOCK:
            return self._take_stock(product, 1, at)
        level["on_hand"] = number(int(level["on_hand"]["N"]) + _DELIVERED)
        return self._ledger.write(level, at)

    def _stock(self, product: Product) -> Item:
        place = key(f"STOCK#{product.sku}", "LEVEL")
        shelf = {"warehouse": {"S": "LYS-2"}, "title": {"S": product.title}, "on_hand": number(_DELIVERED)}
        return self._ledger.get(place) or place | shelf
