"""How a run goes about it, and which records it gets."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from ddbtop.errors import WrongUsage
from ddbtop.replay.adopting.deployed import Adopted
from ddbtop.replay.mapping.settings import Settings
from ddbtop.replay.options import DEFAULT_TIMEOUT_S, Arrival, Backoff, Clock


@dataclass(frozen=True, slots=True)
class Way:
    """How records are replayed here, which no mapping tells. Raises `WrongUsage` for what contradicts itself."""

    python: str = ""
    """The handler's interpreter, by path or name; empty for the active environment's."""
    env_file: str = ""
    workers: int = 1
    """With more, several batches are under way at once and a step is harder to follow."""
    clock: Clock = Clock.RECORDED
    arrival: Arrival = Arrival.BACKLOG
    backoff: Backoff = Backoff.NONE

    def __post_init__(self) -> None:
        if self.clock is Clock.WALL and self.arrival is Arrival.RECORDED:
            raise WrongUsage("arrival recorded is of the recorded clock: on the wall clock records are there already")

    def differences(self, other: Way) -> list[str]:
        """What differs, in the words of the form."""
        return [WAY_NAMES[f.name] for f in fields(self) if getattr(self, f.name) != getattr(other, f.name)]


WAY_NAMES = {each.name: each.name.replace("_", " ") for each in fields(Way)}
"""By the names of the fields."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a run goes about it."""

    handler: str
    settings: Settings = Settings()  # noqa: RUF009 -- frozen
    timeout_s: float = DEFAULT_TIMEOUT_S
    way: Way = Way()
    like: str = ""
    """What settings were taken over from, as it was named; empty for Lambda's defaults."""
    adopted: Adopted = Adopted()  # noqa: RUF009 -- frozen
    """What was taken over."""

    @property
    def folder(self) -> str:
        """Where a handler that a template names is looked for and runs; empty for the current one."""
        return self.adopted.folder if self.handler == self.adopted.handler else ""

    @property
    def untouched(self) -> Plan:
        """As it was before anything of it was typed."""
        timeout_s = self.adopted.timeout_s or DEFAULT_TIMEOUT_S
        return replace(self, settings=self.adopted.settings, timeout_s=timeout_s, way=Way())

    def adopting(self, like: str, adopted: Adopted) -> Plan:
        """With other settings below what was typed. Raises `WrongUsage` where the two contradict each other."""
        before = self.untouched
        typed = {
            f.name: getattr(self.settings, f.name)
            for f in fields(Settings)
            if getattr(self.settings, f.name) != getattr(before.settings, f.name)
        }
        after = replace(self, like=like, adopted=adopted).untouched
        timeout_s = self.timeout_s if self.timeout_s != before.timeout_s else after.timeout_s
        return replace(after, settings=replace(after.settings, **typed), timeout_s=timeout_s, way=self.way)

    def differences(self, other: Plan) -> list[str]:
        """The names of what differs, but for the handler."""
        timeout = ["Timeout"] if self.timeout_s != other.timeout_s else []
        return [*self.settings.differences(other.settings), *timeout, *self.way.differences(other.way)]


@dataclass(frozen=True, slots=True)
class Selected:
    """Which records, in words."""

    source: str = ""
    """`a47e99d0 and its ancestors`."""
    begins: str = ""
    ends: str = ""
