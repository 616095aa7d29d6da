"""What goes wrong with calls to a simulated service: drawn by chance, or asked for by a test."""

from __future__ import annotations

import random
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from ddbtop.streams.model import Shard
from ddbtop.streams.simulated.answers import (
    Answer,
    Delivery,
    ServiceError,
    access_denied,
    answer,
    expired_iterator,
    expired_login,
    internal_error,
    limit_exceeded,
    throttled,
    trimmed,
)
from ddbtop.streams.simulated.faults import Distortion, Fault, Faults

_UNAVAILABLE = b"<html><body><h1>503 Service Unavailable</h1></body></html>"

_REFUSALS: dict[Fault, Callable[[], ServiceError]] = {
    Fault.THROTTLE: throttled,
    Fault.LIMIT_EXCEEDED: limit_exceeded,
    Fault.SERVER_ERROR: internal_error,
    Fault.EXPIRED_LOGIN: expired_login,
    Fault.EXPIRED_ITERATOR: expired_iterator,
    Fault.TRIMMED: trimmed,
}

_ALWAYS = -1
"""Times left of what lasts until it is healed."""


@dataclass(slots=True)
class _Injected:
    fault: Fault
    operation: str
    shard_id: str
    times: int

    def fits(self, operation: str, shard_id: str) -> bool:
        return self.operation in ("", operation) and self.shard_id in ("", shard_id)


@dataclass(slots=True)
class _Distorted:
    kind: Distortion
    shard_id: str
    times: int


class Troubles:
    """Decides what each call meets. Safe to use from several threads."""

    def __init__(self, faults: Faults) -> None:
        self._rates = faults.rates()
        self._inconsistent = faults.inconsistent
        self._random = random.Random(faults.seed)
        self._injected: list[_Injected] = []
        self._distorted: list[_Distorted] = []
        self._lock = threading.Lock()

    def inject(self, fault: Fault, operation: str, shard_id: str, times: int | None) -> None:
        with self._lock:
            self._injected.append(_Injected(fault, operation, shard_id, _ALWAYS if times is None else times))

    def distort(self, kind: Distortion, shard_id: str, times: int | None) -> None:
        with self._lock:
            self._distorted.append(_Distorted(kind, shard_id, _ALWAYS if times is None else times))

    def heal(self) -> None:
        with self._lock:
            self._injected.clear()
            self._distorted.clear()

    def draw(self, operation: str, shard_of_call: Callable[[], str]) -> Fault | None:
        """The fault that a call meets, if any: injected ones first. The shard is asked for only where it matters."""
        with self._lock:
            shard_id = shard_of_call() if any(entry.shard_id for entry in self._injected) else ""
            for entry in self._injected:
                if entry.fits(operation, shard_id):
                    entry.times -= 1 if entry.times > 0 else 0
                    self._injected = [other for other in self._injected if other.times != 0]
                    return entry.fault
            return self._by_chance()

    def _by_chance(self) -> Fault | None:
        drawn = self._random.random() if self._rates else 1.0
        for fault, rate in self._rates:
            if drawn < rate:
                return fault
            drawn -= rate
        return None

    def distorted(
        self, shards: list[Shard], shard_now: Callable[[str], Shard | None], *, further_page: bool
    ) -> list[Shard]:
        """One page of a description, as wrong as it is meant to be. `shard_now` looks up any listed shard."""
        with self._lock:
            active = list(self._distorted)
            for entry in active:
                entry.times -= 1 if entry.times > 0 else 0
            self._distorted = [entry for entry in active if entry.times != 0]
            if shards and self._random.random() < self._inconsistent:
                chosen = self._random.choice(shards).shard_id
                active.append(_Distorted(self._random.choice(list(Distortion)), chosen, 1))
        for entry in active:
            repeated = shard_now(entry.shard_id) if further_page else None
            shards = _distorted(shards, entry, repeated)
        return shards


def _distorted(shards: list[Shard], entry: _Distorted, repeated: Shard | None) -> list[Shard]:
    match entry.kind:
        case Distortion.HIDDEN:
            return [shard for shard in shards if shard.shard_id != entry.shard_id]
        case Distortion.LOOKS_OPEN:
            return [replace(s, last_sequence="") if s.shard_id == entry.shard_id else s for s in shards]
    return shards if repeated is None else [replace(repeated, last_sequence=""), *shards]


def refuse(fault: Fault | None, operation: str, arn: str) -> None:
    """Raises `ServiceError` for a fault that is a refusal."""
    if fault is Fault.ACCESS_DENIED:
        raise access_denied(operation, arn)
    if fault is not None and fault in _REFUSALS:
        raise _REFUSALS[fault]()


def mangled(good: Answer, fault: Fault | None) -> Answer:
    """What becomes of a good answer."""
    match fault:
        case Fault.CUT:
            return replace(good, delivery=Delivery.CUT)
        case Fault.HANG:
            return replace(good, delivery=Delivery.HANG)
        case Fault.DISCONNECT:
            return replace(good, delivery=Delivery.DISCONNECT)
        case Fault.GARBLED:
            return replace(good, body=good.body[:-2] + b"\xff" + good.body[-1:])
        case Fault.NO_RECORDS:
            return answer(b"{}", good.server_time)
        case Fault.UNREADABLE:
            return answer(good.body[:-1], good.server_time)
        case Fault.UNAVAILABLE:
            crc = zlib.crc32(_UNAVAILABLE)
            return Answer(503, _UNAVAILABLE, crc, good.server_time, content_type="text/html")
    return good
