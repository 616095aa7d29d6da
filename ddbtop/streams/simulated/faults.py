"""What can go wrong on purpose: single faults, rates of faults, descriptions that disagree, and who counts calls."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, fields
from enum import StrEnum

CUT_AT = 0.5
"""Share of the body that arrives before a cut connection ends."""


_ROUNDING_S = 1e-3
"""Calls exactly a second apart are not in one second, however their times were rounded."""


class Fault(StrEnum):
    """One thing that can happen to a call."""

    THROTTLE = "throttle"
    """ThrottlingException."""
    LIMIT_EXCEEDED = "limit_exceeded"
    """LimitExceededException: more readers of a shard than the service serves."""
    SERVER_ERROR = "server_error"
    """InternalServerError with status 500."""
    UNAVAILABLE = "unavailable"
    """Status 503 with a page of HTML instead of JSON, as load balancers answer."""
    CUT = "cut"
    """A good answer that ends in the middle of its body; the connection closes."""
    GARBLED = "garbled"
    """A good answer with bytes changed on the way, so that its checksum does not fit."""
    NO_RECORDS = "no_records"
    """A good answer, complete, but an empty object."""
    UNREADABLE = "unreadable"
    """A complete answer that is no JSON although its checksum fits."""
    HANG = "hang"
    """No answer in any client's patience."""
    DISCONNECT = "disconnect"
    """The connection closes before a byte of the answer."""
    EXPIRED_LOGIN = "expired_login"
    """ExpiredTokenException."""
    ACCESS_DENIED = "access_denied"
    """AccessDeniedException."""
    EXPIRED_ITERATOR = "expired_iterator"
    """ExpiredIteratorException before its time."""
    TRIMMED = "trimmed"
    """TrimmedDataAccessException before its time."""


class Distortion(StrEnum):
    """One way in which a description of the stream can be wrong about a shard."""

    HIDDEN = "hidden"
    """Left out: a missing parent, or a closed leaf whose child is not there yet."""
    LOOKS_OPEN = "looks_open"
    """Closed, but listed without its ending sequence number, beside its children."""
    REPEATED = "repeated"
    """Listed again at the top of every further page, as open: pages that disagree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """How often things go wrong. Rates are shares of the calls, 0 to 1; one seed, one sequence of faults."""

    seed: int = 1
    throttle: float = 0.0
    limit_exceeded: float = 0.0
    server_error: float = 0.0
    unavailable: float = 0.0
    cut: float = 0.0
    garbled: float = 0.0
    no_records: float = 0.0
    hang: float = 0.0
    disconnect: float = 0.0
    inconsistent: float = 0.0
    """Share of the DescribeStream calls that meet a `Distortion` of one shard."""
    empty_pages: tuple[int, int] = (0, 0)
    """Least and most empty pages at a break; real streams show up to about four. (0, 0): there are no breaks."""
    empty_share: float = 0.1
    """Share of the records that a break lies before; 1 puts every record on a page of its own."""

    def __post_init__(self) -> None:
        low, high = self.empty_pages
        if not 0 <= low <= high:
            raise ValueError(f"empty pages from {low} to {high}")
        for name, rate in [*self._named_rates(), ("empty_share", self.empty_share)]:
            if not 0 <= rate <= 1:
                raise ValueError(f"{name} is a share of 0 to 1: {rate}")

    def rates(self) -> list[tuple[Fault, float]]:
        """The faults that happen by chance."""
        return [(Fault(name), rate) for name, rate in self._named_rates() if name in set(Fault) and rate > 0]

    def break_before(self, sequence: int) -> int | None:
        """How many empty pages lie before this record, the same at every call; None where a page may go on."""
        low, high = self.empty_pages
        mixed = ((sequence ^ self.seed) * 0x9E3779B97F4A7C15 >> 20) & 0xFFFFFFFF  # Fibonacci hashing
        if high == 0 or (mixed & 0xFFFF) >= self.empty_share * 0x10000:
            return None
        return low + (mixed >> 16) % (high - low + 1)

    def _named_rates(self) -> list[tuple[str, float]]:
        return [(f.name, getattr(self, f.name)) for f in fields(self) if f.default == 0.0]


class CallCounter:
    """Calls by operation: how many there were, and the most within any one second of the service's clock."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.peaks: Counter[str] = Counter()
        self._recent: dict[str, deque[float]] = {}

    def note(self, operation: str, now: float) -> int:
        """Count one call; returns how many there were in the second that ends now, this one included."""
        recent = self._recent.setdefault(operation, deque())
        recent.append(now)
        while recent[0] <= now - 1.0 + _ROUNDING_S:
            recent.popleft()
        self.counts[operation] += 1
        self.peaks[operation] = max(self.peaks[operation], len(recent))
        return len(recent)
