"""The demo's application: a shop whose orders, carts, customers, stock and sessions share one table."""

from __future__ import annotations

from ddbtop.streams.simulated.ledger import Ledger, Step
from ddbtop.streams.simulated.orders import Orders
from ddbtop.streams.simulated.visitors import Visitors
from ddbtop.streams.simulated.world import World


class Shop:
    """Makes one change at a time. The same seed and the same times make the same changes."""

    def __init__(self, world: World, seed: int = 1) -> None:
        self._ledger = Ledger(world, seed)
        orders, visitors = Orders(self._ledger), Visitors(self._ledger)
        shares: dict[Step, int] = {
            visitors.edit_hot_cart: 40,
            visitors.visit_cart: 20,
            visitors.begin_session: 16,
            orders.place: 3,
            orders.restock: 3,
            orders.edit: 4,
        }
        self._steps, self._weights = list(shares), list(shares.values())

    def act(self, at: float) -> str:
        """Write exactly one record: what is due, else something new. Returns its sequence number.

        The world has to be one that records.
        """
        while True:
            step = self._ledger.due(at) or self._ledger.random.choices(self._steps, self._weights)[0]
            sequence = step(at)
            if sequence is not None:
                return sequence
