"""Where a stream is read: the right side of the header, and the options that an aws command needs to get there."""

from __future__ import annotations

import shlex
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    profile: str = ""
    account: str = ""
    region: str = ""
    endpoint_url: str = ""
    """Set where it is not AWS's own: DynamoDB Local, LocalStack, moto, the demo."""

    @property
    def is_aws(self) -> bool:
        return not self.endpoint_url

    def options(self) -> str:
        """The options of the AWS CLI that lead to the same place."""
        given = (("--profile", self.profile), ("--region", self.region), ("--endpoint-url", self.endpoint_url))
        return "".join(f" {option} {shlex.quote(value)}" for option, value in given if value)
