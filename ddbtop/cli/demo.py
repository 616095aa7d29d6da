"""`ddbtop demo`: everything there is to see, without an account."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

import click

from ddbtop.cli.options import POINTS, point, say, start_options
from ddbtop.cli.screen import need_terminal, open_screen, screen_options
from ddbtop.errors import CannotDo
from ddbtop.streams.model import TRIM_HORIZON, StartPoint
from ddbtop.tui.connection import Connection
from ddbtop.tui.place import Place

if TYPE_CHECKING:
    from ddbtop.streams.simulated.demo import DemoStream

REGION = "eu-west-1"


@click.command(epilog=POINTS)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same traffic.")
@click.option(
    "--rate", type=click.FloatRange(min=0, max=20_000), default=50, show_default=True, help="Changes a second."
)
@click.option(
    "--speed", type=click.FloatRange(min=1, max=10_000), default=1, show_default=True, help="Shards age so much faster."
)
@click.option("--shards", type=click.IntRange(1, 500), default=4, show_default=True, help="Open shards.")
@click.option("--faults", type=click.FloatRange(0, 1), default=0, show_default=True, help="Share of calls that fail.")
@click.option(
    "--serve", type=click.IntRange(0, 65535), metavar="PORT", help="No screen: an endpoint for other programs."
)
@start_options
@screen_options
def demo(
    seed: int,
    rate: float,
    speed: float,
    shards: int,
    faults: float,
    serve: int | None,
    start: str | None,
    shard: str,
    descendants: bool,
    history: int | None,
    **_: object,
) -> int:
    """The inspector over a simulated stream of a shop: no account, no network, nothing to start.

    With --serve PORT there is no screen, but an endpoint on this computer that speaks the service's protocol, with
    splits, expiry and trimming that no other emulator has, to test a consumer of your own against.
    """
    if serve is not None:
        return _serve(seed, rate, speed, shards, faults, serve)
    need_terminal("`ddbtop demo --serve 8001` serves the demo to other programs")
    begin = StartPoint(point(start, TRIM_HORIZON), shard, descendants)
    with _Demo(seed, rate, speed, shards, faults) as opened:
        return open_screen(opened.connect, begin, Place(region=REGION, demo=True), history)


class _Demo:
    """The stream behind the screen, made when the screen first connects: its first frame does not wait for a world."""

    def __init__(self, seed: int, rate: float, speed: float, shards: int, faults: float) -> None:
        self._options = (seed, rate, speed, shards, faults)
        self._lock = threading.Lock()
        self._running = contextlib.ExitStack()
        self._stream: DemoStream | None = None

    def __enter__(self) -> _Demo:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._running.close()

    def connect(self, _: str) -> Connection:
        """Every session reads the same stream."""
        from ddbtop.streams.aws import Account, AwsSource  # botocore: after the first frame
        from ddbtop.streams.simulated.demo import DemoStream

        with self._lock:
            if self._stream is None:
                self._stream = self._running.enter_context(DemoStream(*self._options))
        url = self._stream.endpoint_url
        account = Account(region=REGION, endpoint_url=url, demo=True)
        return Connection(
            AwsSource(account, self._stream.stream_arn), Place(region=REGION, endpoint_url=url, demo=True)
        )


def _serve(seed: int, rate: float, speed: float, shards: int, faults: float, port: int) -> int:
    """Until interrupted or terminated."""
    from ddbtop.streams.simulated.demo import DemoStream

    try:
        stream = DemoStream(seed, rate, speed, shards, faults, port)
    except OSError as error:
        raise CannotDo(f"port {port} cannot be used: {error.strerror}", "name another with --serve") from None
    with stream:
        return _wait(stream)


def _wait(stream: DemoStream) -> int:
    click.echo(stream.stream_arn)
    say(f"serving {stream.endpoint_url}, any credentials will do; ctrl+c ends it")
    say(f"try: ddbtop tail {stream.stream_arn} --endpoint-url {stream.endpoint_url}")
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()
    return 0
