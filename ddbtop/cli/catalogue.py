"""The streams of one account, for whoever lets somebody choose among them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ddbtop.streams.aws import Account, AwsSource, StreamEntry
    from ddbtop.streams.model import Description


class AccountCatalogue:
    """The calls of an account, for one thread."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._source: AwsSource | None = None

    @property
    def region(self) -> str:
        return self._account.region

    @property
    def endpoint_url(self) -> str:
        return self._account.foreign_endpoint

    def streams(self) -> Iterator[StreamEntry]:
        return self._account.streams()

    def describe(self, arn: str, after: str = "") -> Description:
        """Every stream over one connection: a source of its own for each would log in and shake hands each time."""
        if self._source is None:
            from ddbtop.streams.aws import AwsSource

            self._source = AwsSource(self._account, arn)
        self._source.arn = arn
        return self._source.describe(after)
