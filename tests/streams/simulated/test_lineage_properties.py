"""Whatever happens to a world, in whatever order, its stream keeps what the service promises."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from ddbtop.streams.simulated import Faults, ManualClock, Service, SimulatedSource, World
from ddbtop.streams.simulated.shards import HASH_SPACE
from tests.streams.simulated.reading import all_shards, numbers

KEYS = st.integers(0, 30).map(lambda number: {"pk": {"S": f"k{number}"}, "sk": {"S": "x"}})


class AnyHistory(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock()
        self.world = World(self.clock, shards=2, retention_s=100, linger_s=50)
        service = Service([self.world], Faults(empty_pages=(0, 4), empty_share=0.3))
        self.source = SimulatedSource(service, self.world.stream_arn)
        self.homes: dict[str, list[str]] = {}
        self.times: dict[str, int] = {}

    @rule(key=KEYS, value=st.integers(0, 2))
    def write(self, key: dict[str, dict[str, str]], value: int) -> None:
        self._note(key["pk"]["S"], self.world.put(key | {"v": {"N": str(value)}}))

    @rule(key=KEYS)
    def delete(self, key: dict[str, dict[str, str]]) -> None:
        self._note(key["pk"]["S"], self.world.delete(key))

    @rule(choice=st.integers(0, 50))
    def roll_over(self, choice: int) -> None:
        shards = self.world.open_shards()
        self.world.roll_over(shards[choice % len(shards)])

    @rule(choice=st.integers(0, 50))
    def split(self, choice: int) -> None:
        shards = self.world.open_shards()
        if len(shards) < 12:
            self.world.split(shards[choice % len(shards)])

    @rule(seconds=st.sampled_from([0.4, 7, 60]))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def _note(self, key: str, number: str | None) -> None:
        if number is not None:
            shard_id, written = self.world.written[-1]
            assert written == number
            self.homes.setdefault(key, []).append(shard_id)
            self.times[number] = int(self.clock.now())

    @invariant()
    def numbers_ascend_and_are_unique(self) -> None:
        assert all(int(one) < int(other) for (_, one), (_, other) in pairwise(self.world.written))

    @invariant()
    def open_shards_cover_every_key_once(self) -> None:
        ranges = [(shard.low, shard.high) for shard in map(self.world.shard, self.world.open_shards()) if shard]
        assert ranges[0][0] == 0
        assert ranges[-1][1] == HASH_SPACE
        assert all(one[1] == other[0] for one, other in pairwise(ranges))

    @invariant()
    def an_item_stays_in_one_line_of_descent(self) -> None:
        parents = {shard.shard_id: shard.parent_id for shard in self.world.shards}
        for homes in self.homes.values():
            for earlier, later in pairwise(homes):
                line = later
                while line and line != earlier:
                    line = parents.get(line, "")
                assert line == earlier or earlier not in parents

    @invariant()
    def whoever_reads_from_the_trim_horizon_reads_what_is_not_trimmed(self) -> None:
        shards = all_shards(self.source)
        gone = {shard.shard_id for shard in shards if self._is_gone(shard.shard_id)}
        read = {
            (shard.shard_id, number)
            for shard in shards
            if shard.shard_id not in gone
            for number in numbers(self.source, shard.shard_id, limit=3)
        }
        kept = {(s, n) for s, n in self.world.written if self.times[n] + 100 > self.clock.now() and s not in gone}
        assert read == kept

    def _is_gone(self, shard_id: str) -> bool:
        shard = self.world.shard(shard_id)
        return shard is None or self.world.is_gone(shard)


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


@pytest.mark.long
def test_hundreds_of_long_histories() -> None:
    run_state_machine_as_test(AnyHistory, settings=settings(max_examples=300, stateful_step_count=60, deadline=None))
