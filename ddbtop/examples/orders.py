"""A handler to try a replay with: adds up what orders cost, and takes it for granted that every price is a number.

In the demo's shop one partner sends prices as text with a comma until they are corrected, so some records fail.
"""

from __future__ import annotations

import logging
from decimal import Decimal
from typing import Any

log = logging.getLogger(__name__)
log.setLevel(logging.INFO)


def handler(event: dict[str, Any], context: object) -> dict[str, str]:
    total = Decimal(0)
    for record in event["Records"]:
        image = record["dynamodb"].get("NewImage", {})
        if record["eventName"] == "INSERT" and image.get("sk", {}).get("S") == "HEAD":
            total += price(image)
    log.info("%d records, orders worth %s", len(event["Records"]), total)
    return {"total": str(total)}


def price(image: dict[str, Any]) -> Decimal:
    try:
        return Decimal(image["price"]["N"])
    except KeyError:
        raise ValueError(f"price of {image['pk']['S']} is not a number") from None
