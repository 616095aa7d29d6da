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
    demo: bool = False
    """The simulated stream of this program; its endpoint says nothing to anybody."""

    @property
    def is_aws(self) -> bool:
        return not self.endpoint_url and not self.demo

    @property
    def warning(self) -> str:
        """What is shown in a colour so that nobody takes it for production; empty for AWS's own endpoints."""
        return "demo" if self.demo else self.endpoint_url

    def options(self) -> str:
        """The options of the AWS CLI that lead to the same place."""
        given = (("--profile", self.profile), ("--region", self.region), ("--endpoint-url", self.endpoint_url))
        return "".join(f" {option} {shlex.quote(value)}" for option, value in given if value)
