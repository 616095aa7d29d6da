"""Mappings as Lambda tells them: page by page, those of DynamoDB streams alone, encrypted filters said."""

from __future__ import annotations

from typing import Any

import pytest

from ddbtop.errors import CallError, NotFound, Refused
from ddbtop.streams.aws import Account
from ddbtop.streams.awslambda import LambdaService, is_mapping_id

STREAM = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-02-11T09:14:00.000"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:orders"
FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:ship"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/k"


def mapping(uuid: str, source: str = STREAM, **more: Any) -> dict[str, Any]:
    return {"UUID": uuid, "EventSourceArn": source, "FunctionArn": FUNCTION, "State": "Enabled", **more}


class Answers:
    """In place of botocore's client: answers each operation from a list, and keeps what it was asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, operation: str) -> Any:
        def call(**asked: Any) -> Any:
            self.asked.append((operation, dict(asked)))
            answer = self.answers[operation].pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


class AnsweringAccount(Account):
    def __init__(self, answers: Answers) -> None:
        super().__init__(demo=True, region="eu-west-1")
        self._answers = answers

    def service_client(self, service: str, *_: object) -> Answers:
        assert service == "lambda"
        return self._answers


def service(answers: Answers) -> LambdaService:
    return LambdaService(AnsweringAccount(answers))


def test_every_page_of_mappings_is_read_and_other_sources_are_left_out() -> None:
    answers = Answers(
        list_event_source_mappings=[
            {"EventSourceMappings": [mapping("a"), mapping("q", QUEUE)], "NextMarker": "more"},
            {"EventSourceMappings": [mapping("b")]},
        ]
    )
    found = list(service(answers).mappings(function="ship", stream_arn=STREAM))
    assert [each.uuid for each in found] == ["a", "b"]
    first, second = (asked for _, asked in answers.asked)
    assert first == {"FunctionName": "ship", "EventSourceArn": STREAM}
    assert second["Marker"] == "more"


def test_filters_that_a_list_keeps_back_are_asked_for_alone() -> None:
    criteria = {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]}
    answers = Answers(
        list_event_source_mappings=[{"EventSourceMappings": [mapping("a", KMSKeyArn=KEY, FilterCriteria=None)]}],
        get_event_source_mapping=[mapping("a", KMSKeyArn=KEY, FilterCriteria=criteria)],
    )
    lambda_ = service(answers)
    (listed,) = lambda_.mappings(function="ship")
    assert KEY in listed.filters_unread
    whole = lambda_.readable(listed)
    assert not whole.filters_unread
    assert whole.told["FilterCriteria"] == criteria


def test_filters_that_stay_unread_say_why() -> None:
    error = {"ErrorCode": "KMSAccessDenied", "Message": "the key may\nnot be used"}
    lambda_ = service(Answers(get_event_source_mapping=[mapping("a", KMSKeyArn=KEY, FilterCriteriaError=error)]))
    assert lambda_.mapping("a").filters_unread == "the key may not be used"


def test_a_mapping_with_a_key_and_no_filters_has_none() -> None:
    lambda_ = service(Answers(get_event_source_mapping=[mapping("a", KMSKeyArn=KEY)]))
    assert not lambda_.mapping("a").filters_unread


def test_where_the_filters_may_not_be_read_the_mapping_is_still_there() -> None:
    listed = {"EventSourceMappings": [mapping("a", KMSKeyArn=KEY)]}
    lambda_ = service(Answers(list_event_source_mappings=[listed], get_event_source_mapping=[Refused("no")]))
    (found,) = lambda_.mappings(function="ship")
    assert lambda_.readable(found) == found


def test_a_function_that_does_not_exist_says_how_to_list_them() -> None:
    lambda_ = service(Answers(get_function_configuration=[NotFound("Function not found: ship")]))
    with pytest.raises(NotFound, match="Function not found") as caught:
        lambda_.timeout_s("ship")
    assert "list-functions" in caught.value.hint


def test_an_answer_that_was_cut_short_is_no_empty_list() -> None:
    with pytest.raises(CallError, match="cut short"):
        list(service(Answers(list_event_source_mappings=[{}])).mappings(function="ship"))


def test_the_id_of_a_mapping_is_told_from_a_function() -> None:
    assert is_mapping_id("1c40c1e5-2bd3-4a5e-8ef0-5b0a0f4d6e11")
    assert not is_mapping_id("ship")
