"""Streams of every kind in one account, to which anything may happen while they are read."""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ddbtop.errors import CannotDo, DdbtopError, LoginEnded
from ddbtop.streams.aws import StreamEntry
from ddbtop.streams.census import Catalogue
from ddbtop.streams.model import MAX_RECORDS_A_PAGE, Description
from ddbtop.streams.simulated.clock import WallClock
from ddbtop.streams.simulated.faults import Distortion, Fault, Faults
from ddbtop.streams.simulated.service import AtTimestamp, Service
from ddbtop.streams.simulated.source import SimulatedSource
from ddbtop.streams.simulated.world import World
from ddbtop.streams.source import Source
from ddbtop.streams.wire import Page
from ddbtop.tui.connection import Connect, Connection
from ddbtop.tui.place import Place
from tests import hostile
from tests.catalogues import PATIENCE_S
from tests.tui.elsewhere import REGIONS

STREAMS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("orders", {}),
    ("keys_only", {"view_type": "KEYS_ONLY"}),
    ("new_image", {"view_type": "NEW_IMAGE", "shards": 1}),
    ("old_image", {"view_type": "OLD_IMAGE", "shards": 2}),
    ("empty", {}),
    ("wide", {"shards": 40}),
    ("disabled", {}),
)
AGE_S = 20 * 3600.0
"""The streams were enabled so long ago."""
GENERATION_S = 1800.0
MOST_SHARDS = 200

TROUBLED: tuple[dict[str, Any], ...] = (
    {},
    {"throttle": 0.05, "cut": 0.03, "server_error": 0.03, "garbled": 0.02, "no_records": 0.02},
    {"empty_pages": (0, 4), "empty_share": 0.2, "inconsistent": 0.3, "disconnect": 0.05},
)
"""What may be wrong with every call: nothing, answers, or the order of things."""

REFUSALS = (LoginEnded("the SSO session has ended", "log in"), CannotDo("[/x] it cannot be\x1b[31m"))


class HeldSource(SimulatedSource):
    """Its answers may be held back."""

    def __init__(self, service: Service, arn: str, gate: threading.Event) -> None:
        super().__init__(service, arn)
        self._gate = gate

    def describe(self, after: str = "", children_of: str = "") -> Description:
        self._gate.wait(PATIENCE_S)
        return super().describe(after, children_of)

    def get_records(self, iterator: str, limit: int = MAX_RECORDS_A_PAGE) -> Page:
        self._gate.wait(PATIENCE_S)
        return super().get_records(iterator, limit)


class Account:
    """What happens to the streams is drawn from the seed; when it happens is said by whoever plays."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        clock = WallClock()
        self.worlds = [
            World(clock, seed=seed, table=table, created_at=clock.now() - AGE_S, **shape) for table, shape in STREAMS
        ]
        faults = self.random.choice(TROUBLED)
        times = self.random.choice([AtTimestamp.SERVED, AtTimestamp.REFUSED, AtTimestamp.BROKEN])
        filters = self.random.random() < 0.7
        self.service = Service(self.worlds, Faults(seed=seed, **faults), at_timestamp=times, shard_filter=filters)
        self.gate = threading.Event()
        """Calls wait for it."""
        self.refusal: DdbtopError | None = None
        """What other profiles are refused with."""
        self.trimmed: set[str] = set()
        """Streams that lost records before their time."""
        self.heal()
        for world in self.worlds:
            if world.table != "empty":
                self._write_past(world)
        self.worlds[-1].disable()

    def world(self, arn: str) -> World:
        return next(world for world in self.worlds if world.stream_arn == arn)

    def source(self, arn: str) -> Source:
        return HeldSource(self.service, arn, self.gate)

    def heal(self) -> None:
        """Every call is answered as usual again."""
        self.service.heal()
        self.gate.set()
        self.refusal = None

    def write(self, world: World, records: int, *, at: float | None = None) -> None:
        for _ in range(records):
            key = {"pk": {"S": f"ORDER#{self.random.randrange(300)}"}, "sk": {"S": "HEAD"}}
            if self.random.random() < 0.1:
                world.delete(key, ttl=self.random.random() < 0.5, at=at)
            else:
                world.put(key | {"n": {"N": str(self.random.random())}, "note": {"S": "as it was"}}, at=at)

    def write_hostile(self, world: World) -> None:
        """An item of a stranger's, where DynamoDB would take it."""
        name, value = self.random.choice(hostile.STRINGS)[:200], self.random.choice(hostile.ATTRIBUTES)
        with contextlib.suppress(ValueError, TypeError, AttributeError, RecursionError, msgspec.MsgspecError):
            key = {"pk": {"S": name.encode().decode() or "empty"}, "sk": {"S": "[/]"}}
            world.put(key | {name or "e": msgspec.json.decode(msgspec.json.encode(value))})

    def turn_over(self, world: World) -> None:
        """One shard splits or rolls over."""
        opened = world.open_shards()
        if opened and len(world.shards) < MOST_SHARDS:
            shard_id = self.random.choice(opened)
            turn = self.random.choice([world.split, world.roll_over])
            with contextlib.suppress(ValueError):  # a hash range of one key
                turn(shard_id)

    def trouble(self, world: World) -> None:
        """One of everything that can go wrong, for a call or for as long as nothing heals it."""
        shard_id = self.random.choice([shard.shard_id for shard in world.shards] or [""])
        match self.random.randrange(8):
            case 0:
                self.service.distort(self.random.choice(list(Distortion)), shard_id, calls=3)
            case 1:
                self.gate.clear()
            case 2:
                self.refusal = self.random.choice(REFUSALS)
            case 3:
                self.trimmed.add(world.stream_arn)
                world.drop_oldest(int(world.bytes_kept * self.random.random()))
            case _:
                times = self.random.choice([1, 2, 6, None])
                fault = self.random.choice(list(Fault))
                self.service.inject(fault, shard_id=self.random.choice([shard_id, ""]), times=times)

    def _write_past(self, world: World) -> None:
        for generation in range(4, 0, -1):
            at = world.clock.now() - generation * GENERATION_S
            self.write(world, 20, at=at)
            world.roll_over(self.random.choice(world.open_shards()), at=at)


@dataclass
class Elsewhere:
    """The account again, as whichever profile; `mfa` asks."""

    account: Account
    logged_in: set[str] = field(default_factory=set)

    def profiles(self) -> list[str]:
        return ["dev", "mfa", "[/x]", "prod-readonly"]

    def regions(self, profile: str, region: str) -> list[str]:
        return REGIONS

    def may_ask(self, profile: str) -> bool:
        return profile == "mfa"

    def knows(self, profile: str) -> bool:
        return profile in self.logged_in

    def log_in(self, profile: str, region: str) -> None:
        self._refuse()
        self.logged_in.add(profile)

    def catalogue(self, profile: str, region: str) -> Catalogue:
        self._refuse()
        return _Listed(self.account, region)

    def connect(self, profile: str, region: str) -> Connect:
        def reach(arn: str) -> Connection:
            self._refuse()
            return Connection(self.account.source(arn), Place(profile, "999988887777", region))

        return reach

    def take_over(self, source: Source, profile: str, region: str) -> Connection:
        self._refuse()
        return Connection(source, Place(profile, "999988887777", region))

    def _refuse(self) -> None:
        if self.account.refusal is not None:
            raise self.account.refusal


@dataclass
class _Listed:
    account: Account
    region: str
    endpoint_url: str = ""

    def streams(self) -> Iterator[StreamEntry]:
        for world in self.account.worlds:
            yield StreamEntry(world.stream_arn, world.table, world.label)

    def describe(self, arn: str, after: str = "") -> Description:
        return SimulatedSource(self.account.service, arn).describe(after)
