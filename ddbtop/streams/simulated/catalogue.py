"""What the demo's shop sells, to whom, and how its items look in DynamoDB JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from ddbtop.streams.simulated.items import Item


class Product(NamedTuple):
    sku: str
    title: str
    cents: int


PRODUCTS = (
    Product("A-020", "Moka pot, 6 cups", 3290),
    Product("A-021", "Moka pot, 3 cups", 2490),
    Product("A-114", "Coffee grinder, steel", 8900),
    Product("B-113", "Linen apron, olive", 5890),
    Product("B-207", "Oven gloves, pair", 1950),
    Product("C-031", "Cast iron pan, 24 cm", 6400),
    Product("C-032", "Cast iron pan, 28 cm", 7900),
    Product("C-310", "Chef's knife, 20 cm", 11200),
    Product("D-005", "Olive wood board", 4475),
    Product("D-118", "Pepper mill, beech", 3725),
    Product("E-402", "Espresso beans, 1 kg", 2180),
    Product("E-417", "Decaf beans, 500 g", 1340),
    Product("F-009", "Preserving jars, set of 6", 1790),
    Product("F-088", "Crème brûlée torch", 2995),
)

NAMES = (
    "Amélie Durand", "Bartosz Nowak", "Chiara Conti", "Daniel Okafor", "Elif Yılmaz", "Fatou Diallo", "Georg Huber",
    "Hanna Lindqvist", "Ines Carvalho", "Jakub Dvořák", "Katarina Kovač", "Liam Byrne", "Marta Puig", "Nils Berg",
    "Oksana Melnyk", "Priya Raman", "Quentin Leroy", "Rosa Jiménez", "Søren Holm", "Theo van Dijk", "Yuki Tanaka",
)  # fmt: skip

CITIES = (
    ("Lyon", "69002", "FR"), ("Kraków", "31-042", "PL"), ("Bologna", "40121", "IT"), ("Graz", "8010", "AT"),
    ("Malmö", "211 22", "SE"), ("Porto", "4050-253", "PT"), ("Brno", "602 00", "CZ"), ("Galway", "H91 E2R7", "IE"),
    ("Girona", "17004", "ES"), ("Aarhus", "8000", "DK"), ("Utrecht", "3511 LN", "NL"),
)  # fmt: skip

CUSTOMERS = 900
"""How many there are; they are numbered from 1."""

STREETS = ("Rue Mercière", "ulica Floriańska", "Via Zamboni", "Sackstraße", "Södra Förstadsgatan", "Rua das Flores")

DEVICES = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_2 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 Chrome/146.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 15_3) AppleWebKit/605.1.15 Version/19.2 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:148.0) Gecko/20100101 Firefox/148.0",
)

NOTES = ("leave at door", "ring", "call on arrival", "neighbour takes it", "[/] no bell, please knock")

TAGS = ("gift", "fragile", "insured", "express", "b2b")

CARRIERS = (("DHL", "00340434"), ("GLS", "00859120"), ("DPD", "01505094"), ("PostNL", "3SKABA00"))


def key(partition: str, sort: str) -> Item:
    return {"pk": {"S": partition}, "sk": {"S": sort}}


def number(value: int) -> dict[str, Any]:
    return {"N": str(value)}


def money(cents: int) -> dict[str, Any]:
    """An amount as DynamoDB gives it back: without trailing zeros."""
    return {"N": f"{(Decimal(cents) / 100).normalize():f}"}


def cents(value: dict[str, Any]) -> int:
    """What `money` was made of."""
    return int(Decimal(value["N"]) * 100)
