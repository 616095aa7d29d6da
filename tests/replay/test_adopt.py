"""A deployed mapping is taken over: the one of this stream, with its function's time-out, and what is unread said."""

from __future__ import annotations

from typing import Any, cast

import pytest

from ddbtop.errors import AccessDenied, CannotDo, WrongUsage
from ddbtop.replay.adopting.deployed import Adopted, adopt_deployed
from ddbtop.replay.mapping.settings import Settings
from ddbtop.streams.awslambda import DeployedMapping, LambdaService

TABLE = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"
STREAM, NEWER = f"{TABLE}/stream/2026-02-11T09:14:00.000", f"{TABLE}/stream/2026-03-01T00:00:00.000"
OTHER = STREAM.replace("orders", "users")
FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:ship"
UUID = "1c40c1e5-2bd3-4a5e-8ef0-5b0a0f4d6e11"


def mapping(uuid: str = UUID, stream: str = STREAM, *, state: str = "Enabled", unread: str = "", **told: Any) -> Any:
    return DeployedMapping(uuid, FUNCTION, stream, state, {"BatchSize": 100, "FilterCriteria": None, **told}, unread)


class Deployed:
    """Answers as Lambda would."""

    def __init__(self, *mappings: DeployedMapping, timeout_s: float = 30.0) -> None:
        self._mappings = mappings
        self._timeout_s = timeout_s

    def mappings(self, *, function: str) -> list[DeployedMapping]:
        assert function == "ship"
        return list(self._mappings)

    def mapping(self, uuid: str) -> DeployedMapping:
        return next(each for each in self._mappings if each.uuid == uuid)

    def readable(self, mapping: DeployedMapping) -> DeployedMapping:
        return mapping

    def timeout_s(self, function: str) -> float:
        assert function == FUNCTION
        if not self._timeout_s:
            raise AccessDenied("not allowed")
        return self._timeout_s


def adopt(deployed: Deployed, name: str = "ship", stream: str = STREAM) -> Adopted:
    return adopt_deployed(cast(LambdaService, deployed), name, stream)


def test_settings_and_time_out_are_those_of_the_mapping() -> None:
    # as ListEventSourceMappings was recorded to answer
    told: dict[str, Any] = {
        "BatchSize": 25,
        "MaximumRetryAttempts": -1,
        "BisectBatchOnFunctionError": True,
        "DestinationConfig": {"OnFailure": {}},
        "FunctionResponseTypes": [],
        "LastProcessingResult": "OK",
        "FilterCriteria": None,
    }
    found = adopt(Deployed(mapping(**told)))
    assert found.settings == Settings(batch_size=25, bisect=True)
    assert found.timeout_s == 30
    assert found.function_arn == FUNCTION
    assert found.origin == f"the mapping {UUID} of ship"
    assert not found.remarks


def test_the_mapping_of_this_stream_is_meant() -> None:
    deployed = Deployed(mapping("other", OTHER, BatchSize=1), mapping("this", STREAM, BatchSize=2))
    assert adopt(deployed).settings.batch_size == 2


def test_the_mapping_of_the_table_is_meant_where_the_stream_was_made_anew() -> None:
    found = adopt(Deployed(mapping("other", OTHER), mapping("newer", NEWER, BatchSize=2)))
    assert found.settings.batch_size == 2
    assert found.remarks == (f"the mapping reads another stream: {NEWER}",)


def test_where_several_may_be_meant_they_are_listed() -> None:
    with pytest.raises(WrongUsage, match="2 mappings") as caught:
        adopt(Deployed(mapping("a", OTHER), mapping("b", NEWER)), stream="")
    assert f"a of ship over {OTHER.split('/stream')[0]}" in caught.value.message
    assert "--like UUID" in caught.value.hint


def test_a_function_without_a_mapping_is_said() -> None:
    with pytest.raises(CannotDo, match="no event source mapping lets ship read"):
        adopt(Deployed())


def test_a_mapping_is_found_by_its_id() -> None:
    assert adopt(Deployed(mapping(BatchSize=3)), UUID).settings.batch_size == 3


def test_a_mapping_of_a_queue_is_refused() -> None:
    with pytest.raises(WrongUsage, match="does not read a DynamoDB stream but arn:aws:sqs"):
        adopt(Deployed(mapping(stream="arn:aws:sqs:eu-west-1:111122223333:q")), UUID)


def test_what_cannot_be_read_is_said() -> None:
    found = adopt(Deployed(mapping(unread="the key may not be used", state="Disabled"), timeout_s=0))
    filters, state, timeout = found.remarks
    assert "every record passes: the key may not be used" in filters
    assert state == "the mapping is disabled"
    assert "time-out cannot be read" in timeout
    assert found.timeout_s == 0


def test_a_destination_is_told_and_not_adopted() -> None:
    queue = "arn:aws:sqs:eu-west-1:111122223333:failed"
    found = adopt(Deployed(mapping(DestinationConfig={"OnFailure": {"Destination": queue}})))
    assert found.destination == queue
    assert not found.settings.on_failure
