"""What keeps a whole session from reading, rather than one shard: logins, permissions, the network."""

from __future__ import annotations

from ddbtop.errors import AccessDenied, CallError, LoginEnded, NetworkFault
from ddbtop.streams.clock import Instant

LOST_NETWORK_FAILURES = 3
"""So many failures to connect in a row, over all shards, are the network's and not one shard's."""

PROBE_S = 2.0
"""While nothing can be read at all, one call in so many seconds tries whether it can again."""


class Trouble:
    """Told of every call that failed or succeeded; holds all others back while one now and then probes."""

    def __init__(self, now: Instant) -> None:
        self.error: CallError | None = None
        """None while something can be read."""
        self.probe_at = now.ticks
        """When the next call may be made, in ticks."""
        self._denied_call: type = object
        self._lost_connections = 0

    def __bool__(self) -> bool:
        return self.error is not None

    def note(self, call: object, error: CallError, now: Instant) -> None:
        """A call failed; most errors are one shard's own."""
        self._lost_connections += isinstance(error, NetworkFault)
        lost = self._lost_connections >= LOST_NETWORK_FAILURES
        if isinstance(error, LoginEnded | AccessDenied) or (lost and isinstance(error, NetworkFault)):
            self.begin(call, error, now)

    def begin(self, call: object, error: CallError, now: Instant) -> None:
        """This error is the session's."""
        self.error, self._denied_call = error, type(call)
        self.probe_at = now.ticks + PROBE_S

    def ended_by(self, call: object) -> bool:
        """Whether a call that succeeded ends the trouble: one permission says nothing of another."""
        self._lost_connections = 0
        if self.error is None or (isinstance(self.error, AccessDenied) and not isinstance(call, self._denied_call)):
            return False
        self.error = None
        return True

    def holds_back(self, now: Instant, in_flight: int) -> bool:
        """Whether no further call may be made now."""
        return self.error is not None and (in_flight > 0 or now.ticks < self.probe_at)

    def probed(self, now: Instant) -> None:
        """A call goes out."""
        if self.error is not None:
            self.probe_at = now.ticks + PROBE_S
