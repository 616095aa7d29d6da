"""The accounts that the inspector can go over to while it runs: other profiles and regions of the same endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddbtop.cli.catalogue import AccountCatalogue
from ddbtop.cli.login import may_ask
from ddbtop.cli.options import Where
from ddbtop.errors import CannotDo
from ddbtop.tui.connection import Connect, Connection

if TYPE_CHECKING:
    from ddbtop.streams.aws import Account
    from ddbtop.streams.census import Catalogue
    from ddbtop.streams.source import Source


class Accounts:
    """Where the command line pointed to, and what else there is; one login a profile, whatever the region.

    Asked by the screen's thread and by those that look for streams.
    """

    def __init__(self, typed: Where) -> None:
        self._typed = typed
        self._logins: dict[str, Account] = {}

    def profiles(self) -> list[str]:
        return self._typed.account().profiles

    def regions(self, profile: str, region: str) -> list[str]:
        return self._account(profile, region).regions

    def may_ask(self, profile: str) -> bool:
        return may_ask(profile)

    def knows(self, profile: str) -> bool:
        first = self._typed.account()
        return profile in self._logins or profile in (first.profile, first.profile_name)

    def log_in(self, profile: str, region: str) -> None:
        from ddbtop.streams.aws import Account

        account = Account(profile, region, self._typed.endpoint_url)
        account.log_in()
        self._logins[profile] = account

    def catalogue(self, profile: str, region: str) -> Catalogue:
        """With the login that is on disk by now, unless it was asked for."""
        account = self._account(profile, region)
        if not account.login.asks:
            account.renew()
        return AccountCatalogue(account)

    def connect(self, profile: str, region: str) -> Connect:
        where = Where.of(self._account(profile, region))

        def connect(arn: str) -> Connection:
            from ddbtop.cli.connecting import connect_to

            return connect_to(arn, where)

        return connect

    def take_over(self, source: Source, profile: str, region: str) -> Connection:
        from ddbtop.cli.connecting import connection_of
        from ddbtop.streams.aws import AwsSource

        if not isinstance(source, AwsSource):
            raise CannotDo("what is read here belongs to no profile")
        account = self._account(profile, region)
        source.use(account)
        return connection_of(source, Where.of(account))

    def _account(self, profile: str, region: str) -> Account:
        from ddbtop.streams.aws import Account

        if profile not in self._logins:
            first = self._typed.account()
            same = profile in (first.profile, first.profile_name)
            found = first if same else Account(profile, region, self._typed.endpoint_url)
            self._logins.setdefault(profile, found)  # somebody may have logged in meanwhile
        return self._logins[profile].at(region)
