"""What botocore raises becomes one of our errors, whichever service was asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import botocore.exceptions as boto

from ddbtop.errors import AccessDenied, CallError, CutShort, LoginEnded, NetworkFault, NotFound, Refused, ServerFault
from ddbtop.streams.refusals import kind_of

_T = TypeVar("_T")

_STREAMS = "dynamodb:{0}; across accounts the stream's resource policy must, too"

_ACTIONS = {
    **dict.fromkeys(("ListStreams", "DescribeStream", "GetShardIterator", "GetRecords"), _STREAMS),
    **dict.fromkeys(("ListEventSourceMappings", "GetEventSourceMapping", "GetFunctionConfiguration"), "lambda:{0}"),
    "Invoke": "lambda:InvokeFunction",
    "GetQueueUrl": "sqs:GetQueueUrl",
    "SendMessage": "sqs:SendMessage",
    "Publish": "sns:Publish",
    "PutObject": "s3:PutObject",
}
"""What a policy must allow, by the operations that are asked for; others are STS's or SSO's, asked on the way."""

_LOGIN_HINT = "log in again (`aws sso login`), or name another profile with --profile"

_LOGIN_ERRORS = (
    boto.NoCredentialsError,
    boto.PartialCredentialsError,
    boto.CredentialRetrievalError,
    boto.SSOError,
    boto.TokenRetrievalError,
    boto.MetadataRetrievalError,
    boto.UnknownCredentialError,
    boto.RefreshWithMFAUnsupportedError,
    getattr(boto, "LoginError", boto.SSOError),
)


def translated(call: Callable[[], _T]) -> _T:
    """The call's answer; every error of botocore's becomes one of ours."""
    try:
        return call()
    except boto.ClientError as error:
        raise _from_answer(error) from error
    except (*_LOGIN_ERRORS, OSError) as error:  # files and helpers of credentials that are refreshed on the way
        raise LoginEnded(*_login_words(error)) from error
    except (boto.ResponseStreamingError, boto.IncompleteReadError) as error:
        raise CutShort(f"the connection ended in the middle of an answer: {error}") from error
    except (boto.HTTPClientError, boto.ConnectionError) as error:
        raise NetworkFault(str(error), "is the network up, and the endpoint right?") from error
    except boto.ParamValidationError as error:
        raise Refused(" ".join(str(error).split())) from error
    except (boto.BotoCoreError, ValueError, TypeError, LookupError) as error:
        # botocore's parsers raise whatever an answer of another form makes them stumble over
        raise ServerFault(f"an answer could not be read: {type(error).__name__}: {error}") from error


def credentials_found(look: Callable[[], _T]) -> _T:
    """What a look for credentials found; whatever config files, helpers and services do to it is the login's matter."""

    def found() -> _T:
        try:
            return look()
        except (boto.ClientError, boto.HTTPClientError, boto.ConnectionError, *_LOGIN_ERRORS):
            raise
        except (boto.BotoCoreError, OSError, ValueError, TypeError, LookupError) as error:
            raise LoginEnded(*_login_words(error)) from error

    return translated(found)


def _login_words(error: Exception) -> tuple[str, str]:
    if isinstance(error, boto.NoCredentialsError):
        return (
            "no AWS credentials were found",
            "`aws configure sso` sets them up, --profile names others; `ddbtop demo` needs none",
        )
    if isinstance(error, boto.SSOError | boto.TokenRetrievalError):
        return f"the SSO session has ended: {error}", "`aws sso login` starts a new one"
    return f"the credentials cannot be used: {error}", "`aws sts get-caller-identity` shows what they are"


def _from_answer(error: boto.ClientError) -> CallError:
    told = error.response.get("Error", {})
    code, status = told.get("Code", ""), error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    message = " ".join(str(told.get("Message") or code).split())
    if error.operation_name not in _ACTIONS:  # asked for credentials before a call of ours
        return LoginEnded(f"the credentials cannot be used: {message}", _LOGIN_HINT, code=code)
    kind = kind_of(code, status)
    hint = ""
    if kind is AccessDenied:
        hint = f"the policy of whoever calls must allow {_ACTIONS[error.operation_name].format(error.operation_name)}"
    elif kind is NotFound and _ACTIONS[error.operation_name] is _STREAMS:
        hint = "`ddbtop streams` lists what there is"
    elif kind is LoginEnded:
        hint = _LOGIN_HINT
    return kind(message, hint, code=code)
