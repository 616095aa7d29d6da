"""The environment that a handler's process gets: Lambda's own variables, and none of the user's way into AWS.

A seatbelt, not a sandbox: the network and the files of this machine stay within reach, which `facts` says.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

DEFAULT_REGION = "us-east-1"
"""Where nothing names one: SDKs refuse to make a client without."""

DEFAULT_MEMORY_MB = 128

_WITHHELD_PREFIXES = ("AWS_", "AWSUME_", "AWS-", "AMAZON_", "AMZN_", "ECS_CONTAINER_", "SAML2AWS_", "GRANTED_")
"""Keys, profiles, roles, SSO, web identity, container and metadata settings: everything of AWS's, known or to come."""

_WITHHELD = frozenset({"BOTO_CONFIG", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "_HANDLER", "_X_AMZN_TRACE_ID"})

_CLOSED = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "BOTO_CONFIG": os.devnull,
}
"""HOME stays the user's, so the files in `~/.aws` are named away; SDKs agree on the first three variables. The last
names away `~/.boto` and `/etc/boto.cfg`, which botocore still reads."""

_CREDENTIALS = frozenset(
    {
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_ROLE_ARN",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "AWS_EC2_METADATA_DISABLED",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
        "AWS_BEARER_TOKEN_BEDROCK",
        "BOTO_CONFIG",
    }
)
"""What opens the fence, when it is typed."""


@dataclass(frozen=True, slots=True)
class Fence:
    """What of the user's environment a handler gets."""

    allow_aws: bool = False
    profile: str = ""
    """With `allow_aws`: the profile to use, where one was named for ddbtop."""
    region: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    """`--env` and `--env-file`: these win over everything."""

    @property
    def opened_by(self) -> list[str]:
        """The typed variables that can hold credentials or lead to some."""
        return sorted(name for name in self.typed if name in _CREDENTIALS)

    @property
    def is_closed(self) -> bool:
        return not self.allow_aws and not self.opened_by

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What the handler was given and can reach, as name and words."""
        return (
            ("AWS credentials", self._credentials),
            ("network", "not restricted by ddbtop"),
            ("files", "not restricted by ddbtop"),
        )

    @property
    def _credentials(self) -> str:
        if self.allow_aws:
            return f"yours, profile {self.profile}" if self.profile else "yours"
        return f"typed: {', '.join(self.opened_by)}" if self.opened_by else "none given to the handler"

    def env(self, outside: Mapping[str, str], function: Mapping[str, str]) -> dict[str, str]:
        """The whole environment. `outside` is ddbtop's own, `function` what Lambda tells of the function."""
        env = dict(outside) if self.allow_aws else {**_withheld(outside), **_CLOSED}
        if self.allow_aws and self.profile:
            env["AWS_PROFILE"] = self.profile
        region = self.region or (outside.get("AWS_REGION") if self.allow_aws else "") or DEFAULT_REGION
        return {**env, "AWS_REGION": region, "AWS_DEFAULT_REGION": region, "TZ": ":UTC", **function, **self.typed}


def _withheld(outside: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in outside.items()
        if not name.upper().startswith(_WITHHELD_PREFIXES) and name not in _WITHHELD
    }


def function_env(name: str, handler: str, folder: str, memory_mb: int = DEFAULT_MEMORY_MB) -> dict[str, str]:
    """What Lambda defines for every runtime (Developer Guide, environment variables)."""
    return {
        "_HANDLER": handler,
        "LAMBDA_TASK_ROOT": folder,
        "LAMBDA_RUNTIME_DIR": folder,
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mb),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "ddbtop/[$LATEST]replay",
    }
