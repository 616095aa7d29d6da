"""A stream with lineage, splits, expiry, trimming and faults on an injected clock: what no public emulator has."""

from ddbtop.streams.simulated.clock import Clock, ManualClock, WallClock
from ddbtop.streams.simulated.demo import DemoStream
from ddbtop.streams.simulated.faults import Distortion, Fault, Faults
from ddbtop.streams.simulated.server import SimulatedServer
from ddbtop.streams.simulated.service import AtTimestamp, Service
from ddbtop.streams.simulated.shapes import build_lineage, build_shards, fill, keys_in
from ddbtop.streams.simulated.source import SimulatedSource
from ddbtop.streams.simulated.traffic import Traffic
from ddbtop.streams.simulated.turnover import Turnover
from ddbtop.streams.simulated.world import World

__all__ = [
    "AtTimestamp",
    "Clock",
    "DemoStream",
    "Distortion",
    "Fault",
    "Faults",
    "ManualClock",
    "Service",
    "SimulatedServer",
    "SimulatedSource",
    "Traffic",
    "Turnover",
    "WallClock",
    "World",
    "build_lineage",
    "build_shards",
    "fill",
    "keys_in",
]
