"""Every error that ddbtop raises on purpose.

    DdbtopError
    ├── WrongUsage            the command line says something that cannot be meant; exit code 2
    ├── CannotDo              it could not be done; exit code 3
    └── CallError             a call to the service was answered with an error, or not at all
        ├── Throttled         back off this shard
        ├── ServerFault       5xx, or an error nobody documented
        ├── NetworkFault      no connection, no answer in time, no such host
        ├── CutShort          a good answer whose body ended early or was garbled on the way
        ├── Unreadable        a complete answer that is not what GetRecords answers with
        ├── ExpiredIterator   older than 15 minutes
        ├── TrimmedData       older than 24 hours
        ├── NotFound          no such stream, or no such shard any more
        ├── Refused           the service does not accept what was asked
        ├── LoginEnded        credentials missing, expired or unknown
        └── AccessDenied      credentials that may not do this

A message is one line that says what is wrong; `hint`, where there is one, says what to do.
"""

from __future__ import annotations


class DdbtopError(Exception):
    """What a user is told in one line."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class WrongUsage(DdbtopError):
    pass


class CannotDo(DdbtopError):
    pass


class CallError(DdbtopError):
    """One call failed; the reader that made it decides what follows."""

    def __init__(self, message: str, hint: str = "", *, code: str = "") -> None:
        super().__init__(message, hint)
        self.code = code
        """The service's own name of the error, empty where no answer came."""


class Throttled(CallError):
    pass


class ServerFault(CallError):
    pass


class NetworkFault(CallError):
    pass


class CutShort(CallError):
    pass


class Unreadable(CallError):
    def __init__(self, message: str, body: bytes) -> None:
        super().__init__(message)
        self.body = body
        """The bytes as they came, kept as evidence."""


class ExpiredIterator(CallError):
    pass


class TrimmedData(CallError):
    pass


class NotFound(CallError):
    pass


class Refused(CallError):
    pass


class LoginEnded(CallError):
    pass


class AccessDenied(CallError):
    pass
