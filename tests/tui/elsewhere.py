"""Other profiles and regions for the inspector to go over to: every answer given by the test, every question noted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ddbtop.errors import DdbtopError
from ddbtop.streams.census import Catalogue
from ddbtop.streams.source import Source
from ddbtop.tui.connection import Connect, Connection
from ddbtop.tui.place import Place
from tests.catalogues import FakeCatalogue, entry
from tests.tui.worlds import PLACE, Stage

REGIONS = ["eu-central-1", "eu-west-1", "us-east-1"]


@dataclass
class FakeElsewhere:
    """Three profiles, of which `mfa` asks; the streams of a profile are named for it and the region."""

    made: Stage
    refusal: DdbtopError | None = None
    """What a login, a listing or a take-over is refused with."""
    logged_in: list[str] = field(default_factory=list)
    taken_over: list[str] = field(default_factory=list)

    def profiles(self) -> list[str]:
        return ["dev", "mfa", "prod-readonly"]

    def regions(self, profile: str, region: str) -> list[str]:
        return REGIONS

    def may_ask(self, profile: str) -> bool:
        return profile == "mfa"

    def knows(self, profile: str) -> bool:
        return profile in self.logged_in

    def log_in(self, profile: str, region: str) -> None:
        self.logged_in.append(profile)
        self._refuse()

    def catalogue(self, profile: str, region: str) -> Catalogue:
        self._refuse()
        listed = FakeCatalogue([entry("orders"), entry(f"{profile}-{region}")])
        listed.region = region
        return listed

    def connect(self, profile: str, region: str) -> Connect:
        return lambda _: Connection(self.made.source, Place(profile, "999988887777", region))

    def take_over(self, source: Source, profile: str, region: str) -> Connection:
        self._refuse()
        self.taken_over.append(profile)
        return Connection(source, replace(PLACE, profile=profile))

    def _refuse(self) -> None:
        if self.refusal is not None:
            raise self.refusal
