"""The inspector over real parts: a server on the loopback interface, botocore, the pump and a journal on disk."""

from __future__ import annotations

from ddbtop.cli.accounts import Accounts
from ddbtop.cli.connecting import connect_to
from ddbtop.cli.options import Where
from ddbtop.streams.model import TRIM_HORIZON, Position, StartPoint
from ddbtop.streams.simulated.world import World
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.place import Place

HISTORY_BYTES = 50_000_000


def inspecting(stream: str, where: Where, start: Position = TRIM_HORIZON) -> InspectorApp:
    """What `ddbtop STREAM` opens, with the same ways to the stream and to other accounts."""
    return InspectorApp(
        lambda arn: connect_to(arn or stream, where),
        StartPoint(start),
        Place(where.profile, "", where.region, where.endpoint_url),
        HISTORY_BYTES,
        elsewhere=Accounts(where),
    )


def read(app: InspectorApp) -> list[tuple[str, str]]:
    """Shard and sequence number of every record that the session has read."""
    session = app.main.session
    if session is None:
        return []
    with session.open_reader() as reader:
        return sorted((row.shard_id, row.record.sequence_number) for row in reader.window(0, session.last_number + 1))


def put(world: World, *names: str) -> None:
    """Write new items."""
    for name in names:
        world.put({"pk": {"S": name}, "sk": {"S": "HEAD"}})
