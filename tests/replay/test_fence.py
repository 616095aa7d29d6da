"""A handler has no way into AWS unless it was given one, and what it was given is said."""

from __future__ import annotations

import os
from pathlib import Path

import botocore.session
import pytest

from ddbtop.replay.handlers.fence import Fence
from tests.replay.running import ask, function, value, write

WAYS_IN = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "not-a-secret",
    "AWS_SESSION_TOKEN": "token",
    "AWS_PROFILE": "production",
    "AWS_DEFAULT_PROFILE": "production",
    "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/r",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "token-file",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN": "token",
    "AWS_SSO_SOMETHING_NEW": "x",
    "ECS_CONTAINER_METADATA_URI_V4": "http://169.254.170.2/v4",
    "AWS_ENDPOINT_URL": "http://localhost:4566",
    "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
    "BOTO_CONFIG": "boto.cfg",
}

SHOW = """
    import os
    def handler(event, context):
        return {name: value for name, value in os.environ.items() if name.startswith(("AWS", "ECS", "BOTO", "SHOP"))}
"""

LOGIN = """
    import botocore.session
    def handler(event, context):
        found = botocore.session.Session().get_credentials()
        return found and found.access_key
"""


@pytest.fixture
def outside(tmp_path: Path) -> dict[str, str]:
    """The environment of a user with keys in every place."""
    for name in ("credentials", "config"):
        write(
            tmp_path, f".aws/{name}", "[default]\naws_access_key_id = AKIDFILE\naws_secret_access_key = not-a-secret\n"
        )
    write(tmp_path, ".boto", "[Credentials]\naws_access_key_id = AKIDBOTO\naws_secret_access_key = not-a-secret\n")
    return {**os.environ, **WAYS_IN, "HOME": str(tmp_path), "SHOP": "open"}


def test_no_variable_of_aws_passes_and_all_others_do(tmp_path: Path, outside: dict[str, str]) -> None:
    with function(tmp_path, SHOW, outside=outside) as handler:
        seen = value(ask(handler))
        assert handler.given.is_fenced
        assert dict(handler.given.facts)["AWS credentials"] == "none given to the handler"
    assert seen.pop("SHOP") == "open"
    assert seen.pop("AWS_LAMBDA_RUNTIME_API") != WAYS_IN["AWS_LAMBDA_RUNTIME_API"]
    closed = {"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_EC2_METADATA_DISABLED", "BOTO_CONFIG"}
    told = {"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV"}
    assert {name for name in seen if not name.startswith("AWS_LAMBDA_")} == closed | told
    assert (seen["AWS_REGION"], seen["AWS_EC2_METADATA_DISABLED"]) == ("us-east-1", "true")


def test_botocore_finds_no_credentials_though_they_lie_in_every_place(tmp_path: Path, outside: dict[str, str]) -> None:
    with function(tmp_path, LOGIN, outside=outside) as handler:
        assert value(ask(handler)) is None


def test_with_allow_aws_the_users_own_are_given_and_that_is_said(tmp_path: Path, outside: dict[str, str]) -> None:
    del outside["AWS_PROFILE"], outside["AWS_DEFAULT_PROFILE"]
    with function(tmp_path, LOGIN, outside=outside, fence=Fence(allow_aws=True)) as handler:
        assert value(ask(handler)) == "AKIDEXAMPLE"
        assert not handler.given.is_fenced
        assert dict(handler.given.facts)["AWS credentials"] == "yours"


def test_with_allow_aws_the_profile_named_for_ddbtop_is_the_handlers() -> None:
    fence = Fence(allow_aws=True, profile="staging", region="eu-central-1")
    env = fence.env({"AWS_PROFILE": "production"}, {})
    assert (env["AWS_PROFILE"], env["AWS_REGION"]) == ("staging", "eu-central-1")
    assert dict(fence.facts)["AWS credentials"] == "yours, profile staging"


def test_a_credential_that_was_typed_is_given_and_said(tmp_path: Path, outside: dict[str, str]) -> None:
    typed = {"AWS_ACCESS_KEY_ID": "AKIDTYPED", "AWS_SECRET_ACCESS_KEY": "not-a-secret", "SHOP": "closed"}
    with function(tmp_path, LOGIN, outside=outside, fence=Fence(typed=typed)) as handler:
        assert value(ask(handler)) == "AKIDTYPED"
        assert not handler.given.is_fenced
        said = dict(handler.given.facts)["AWS credentials"]
    assert said == "typed: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY"
    assert "AKIDTYPED" not in said


def test_what_was_typed_wins_over_what_lambda_tells() -> None:
    fence = Fence(typed={"AWS_REGION": "eu-west-3", "TABLE": "orders", "AWS_LAMBDA_FUNCTION_NAME": "mine"})
    env = fence.env({"TABLE": "other"}, {"AWS_LAMBDA_FUNCTION_NAME": "app"})
    assert (env["AWS_REGION"], env["TABLE"], env["AWS_LAMBDA_FUNCTION_NAME"]) == ("eu-west-3", "orders", "mine")
    assert fence.is_closed


def test_what_stays_within_reach_is_said() -> None:
    assert dict(Fence().facts)["network"] == "not restricted by ddbtop"
    assert dict(Fence().facts)["files"] == "not restricted by ddbtop"


def test_every_variable_that_botocore_reads_is_withheld() -> None:
    variables: set[str] = set()
    for _, names, *_ in botocore.session.Session.SESSION_VARIABLES.values():
        variables.update([names] if isinstance(names, str) else names or [])
    outside = dict.fromkeys(variables - {"BOTOCORE_TCP_KEEPALIVE"}, "x")
    assert {name for name, given in Fence().env(outside, {}).items() if given == "x"} == set()
