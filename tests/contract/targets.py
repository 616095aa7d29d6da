"""The servers under the contract, each behind the same few handles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from ddbtop.streams.simulated import ManualClock, Service, SimulatedServer, World
from tests import servers

ALL_VIEWS = ("NEW_AND_OLD_IMAGES", "NEW_IMAGE", "OLD_IMAGE", "KEYS_ONLY")

Item = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Table:
    """A table with a stream and ways to change it."""

    name: str
    arn: str
    put: Callable[[Item], object]
    delete: Callable[[Item], object]


@dataclass(frozen=True)
class Target:
    """One server. All tables hold the five changes of `write_orders`: `orders`, and one of each view type.

    The one with KEYS_ONLY has been written to once more, without changing anything.
    """

    client: Any
    orders: Table
    views: dict[str, Table]


def item(name: str, **attributes: dict[str, Any]) -> Item:
    return {"pk": {"S": name}, "sk": {"S": "HEAD"}, **attributes}


def write_orders(table: Table) -> None:
    """INSERT a, INSERT b, MODIFY a, REMOVE b, INSERT c."""
    table.put(item("a", n={"N": "1"}))
    table.put(item("b"))
    table.put(item("a", n={"N": "2"}))
    table.delete(item("b"))
    table.put(item("c"))


@contextmanager
def simulated() -> Iterator[Target]:
    clock = ManualClock()
    worlds = {view: World(clock, table=f"orders-{view}", view_type=view, shards=1) for view in ALL_VIEWS}
    worlds["orders"] = World(clock, table="orders", shards=1)
    with SimulatedServer(Service(worlds.values())) as server, _connected(server.endpoint_url) as client:
        tables = {name: Table(world.table, world.stream_arn, world.put, world.delete) for name, world in worlds.items()}
        clock.advance(60)
        yield _prepared(client, tables)


@contextmanager
def moto() -> Iterator[Target]:
    with servers.moto_server() as endpoint, _foreign(endpoint) as target:
        yield target


@contextmanager
def dynamodb_local() -> Iterator[Target]:
    with servers.dynamodb_local() as endpoint, _foreign(endpoint) as target:
        yield target


@contextmanager
def _foreign(endpoint: str) -> Iterator[Target]:
    with closing(servers.tables(endpoint)) as tables, _connected(endpoint) as client:

        def table(name: str, view: str) -> Table:
            return Table(
                name,
                servers.create_table(endpoint, name, view),
                lambda item: tables.put_item(TableName=name, Item=item),
                lambda key: tables.delete_item(TableName=name, Key=key),
            )

        made = {view: table(f"orders-{view}", view) for view in ALL_VIEWS}
        yield _prepared(client, made | {"orders": table("orders", "NEW_AND_OLD_IMAGES")})


@contextmanager
def _connected(endpoint: str) -> Iterator[Any]:
    with closing(servers.streams(endpoint)) as client:
        yield client


def _prepared(client: Any, tables: dict[str, Table]) -> Target:
    for table in tables.values():
        write_orders(table)
    tables["KEYS_ONLY"].put(item("c"))
    return Target(client, tables["orders"], {view: tables[view] for view in ALL_VIEWS})
