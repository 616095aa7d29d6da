"""What a template tells is taken over; what only a deployment knows is said, one line each, and left alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ddbtop.errors import CannotDo, WrongUsage
from ddbtop.replay.adopting.deployed import Adopted
from ddbtop.replay.adopting.template import adopt_template
from ddbtop.replay.adopting.values import NoValue, Unresolved, Values
from ddbtop.replay.mapping.settings import Settings

SAM = """
AWSTemplateFormatVersion: 2010-09-09
Transform: AWS::Serverless-2016-10-31
Parameters:
  Size: {Type: Number, Default: 25}
  Stage: {Type: String}
Mappings:
  Limits: {prod: {Age: 3600}}
Conditions:
  Careful: !Equals [!Ref Size, "25"]
Globals:
  Function:
    Runtime: python3.12
    Timeout: 20
    CodeUri: src
    Environment:
      Variables: {LOG_LEVEL: INFO, TABLE: orders}
Resources:
  Orders: {Type: AWS::DynamoDB::Table}
  Failed: {Type: AWS::SQS::Queue}
  Ship:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Environment:
        Variables: {LOG_LEVEL: DEBUG, QUEUE: !Ref Failed, DRY: true}
      Events:
        Stream:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Orders.StreamArn
            StartingPosition: TRIM_HORIZON
            BatchSize: !Ref Size
            BisectBatchOnFunctionError: !If [Careful, true, false]
            MaximumRecordAgeInSeconds: !FindInMap [Limits, prod, Age]
            MaximumRetryAttempts: '3'
            MaximumBatchingWindowInSeconds: !Ref Stage
            FunctionResponseTypes: [ReportBatchItemFailures]
            ParallelizationFactor: !Ref AWS::NoValue
            DestinationConfig:
              OnFailure: {Type: SQS, Destination: !GetAtt Failed.Arn}
            FilterCriteria:
              Filters:
                - Pattern: !Sub '{"eventName": ["${Name}"]}'
        Http: {Type: Api, Properties: {Path: /, Method: get}}
"""

MAPPING = {
    "Type": "AWS::Lambda::EventSourceMapping",
    "Properties": {"EventSourceArn": {"Fn::GetAtt": ["Orders", "StreamArn"]}, "FunctionName": {"Ref": "Ship"}},
}
FUNCTION = {
    "Type": "AWS::Lambda::Function",
    "Properties": {"Runtime": "python3.12", "Handler": "app.handler", "Code": "src", "Timeout": 7},
}


def adopted(folder: Path, template: Any, name: str = "") -> Adopted:
    path = folder / "template.yaml"
    path.write_text(template if isinstance(template, str) else json.dumps(template))
    (folder / "src").mkdir(exist_ok=True)
    (folder / "src" / "app.py").write_text("def handler(event, context): ...\n")
    return adopt_template(f"{path}:{name}" if name else str(path))


def cloudformation(**resources: Any) -> dict[str, Any]:
    return {"Resources": {"Map": MAPPING, "Ship": FUNCTION, **resources}}


def changed(resource: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {**resource, "Properties": {**resource["Properties"], **properties}}


def test_a_sam_function_gives_settings_handler_time_out_and_environment(tmp_path: Path) -> None:
    found = adopted(tmp_path, SAM.replace("${Name}", "INSERT"))
    assert found.settings == Settings(
        batch_size=25,
        bisect=True,
        max_record_age_s=3600,
        max_retries=3,
        report_batch_item_failures=True,
        filters=found.settings.filters,
    )
    assert found.settings.filters.matches({"eventName": "INSERT", "dynamodb": {}})
    assert not found.settings.filters.matches({"eventName": "REMOVE", "dynamodb": {}})
    assert (found.handler, found.folder) == ("app.handler", str((tmp_path / "src").resolve()))
    assert found.timeout_s == 20
    assert found.environment == {"LOG_LEVEL": "DEBUG", "TABLE": "orders", "DRY": "true"}


def test_what_cannot_be_told_is_said_once_each_and_left_at_the_default(tmp_path: Path) -> None:
    found = adopted(tmp_path, SAM)
    assert found.settings.batching_window_s == Settings().batching_window_s
    assert found.settings.filters == Settings().filters
    window, destination, filters, queue = sorted(found.remarks, key=lambda words: "MDFS".index(words[0]))
    assert "MaximumBatchingWindowInSeconds" in window
    assert "!Ref Stage is a parameter without a default" in window
    assert "!GetAtt Failed.Arn" in destination
    assert "messages go nowhere" in destination
    assert "!Ref Name" in filters
    assert "the variable QUEUE" in queue


def test_a_cloudformation_mapping_finds_its_function(tmp_path: Path) -> None:
    found = adopted(tmp_path, cloudformation(Map=changed(MAPPING, BatchSize="7")))
    assert found.settings == Settings(batch_size=7)
    assert found.timeout_s == 7
    assert found.handler == "app.handler"
    assert not found.remarks


@pytest.mark.parametrize(
    "named",
    [
        {"Fn::GetAtt": ["Ship", "Arn"]},
        {"Fn::Sub": "${Ship.Arn}"},
        {"Ref": "Live"},
        "ship-orders",
        "arn:aws:lambda:eu-west-1:111122223333:function:ship-orders",
    ],
)
def test_a_function_is_found_however_it_is_named(tmp_path: Path, named: Any) -> None:
    template = cloudformation(
        Map=changed(MAPPING, FunctionName=named),
        Ship=changed(FUNCTION, FunctionName="ship-orders"),
        Live={"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "Ship"}, "Name": "live"}},
    )
    assert adopted(tmp_path, template).timeout_s == 7


def test_a_destination_is_told_and_not_adopted(tmp_path: Path) -> None:
    queue = "arn:aws:sqs:eu-west-1:111122223333:failed"
    found = adopted(
        tmp_path, cloudformation(Map=changed(MAPPING, DestinationConfig={"OnFailure": {"Destination": queue}}))
    )
    assert found.destination == queue
    assert not found.settings.on_failure


def test_mappings_of_other_sources_do_not_count(tmp_path: Path) -> None:
    kinesis = changed(MAPPING, EventSourceArn={"Fn::GetAtt": ["Clicks", "Arn"]})
    literal = changed(MAPPING, EventSourceArn="arn:aws:sqs:eu-west-1:111122223333:q")
    assert adopted(tmp_path, cloudformation(K=kinesis, Q=literal)).origin.startswith("Map of ")


def test_of_several_mappings_one_is_to_be_chosen(tmp_path: Path) -> None:
    template = cloudformation(Other=changed(MAPPING, BatchSize=2))
    with pytest.raises(WrongUsage, match=r"2 mappings may be meant: there are Map \(function Ship\), Other") as caught:
        adopted(tmp_path, template)
    assert ":LOGICAL_ID" in caught.value.hint
    assert adopted(tmp_path, template, "Other").settings.batch_size == 2
    with pytest.raises(WrongUsage, match="called Nope"):
        adopted(tmp_path, template, "Nope")


def test_another_runtime_is_said_with_what_to_do(tmp_path: Path) -> None:
    found = adopted(tmp_path, cloudformation(Ship=changed(FUNCTION, Runtime="nodejs22.x")))
    assert not found.handler
    (remark,) = found.remarks
    assert "nodejs22.x" in remark
    assert "exec:COMMAND" in remark


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"Code": {"S3Bucket": "b"}}, "not beside the template"),
        ({"Handler": "lost.handler"}, "does not exist"),
        ({"PackageType": "Image"}, "image"),
        ({"Handler": {"Ref": "Nope"}}, "!Ref Nope"),
    ],
)
def test_code_that_is_not_here_is_said(tmp_path: Path, properties: dict[str, Any], words: str) -> None:
    found = adopted(tmp_path, cloudformation(Ship=changed(FUNCTION, **properties)))
    assert not found.handler
    assert any(words in remark for remark in found.remarks)


def test_a_handler_in_a_package_is_looked_for_from_the_root_of_the_code(tmp_path: Path) -> None:
    (tmp_path / "src" / "pkg").mkdir(parents=True)
    (tmp_path / "src" / "pkg" / "jobs.py").write_text("def run(event, context): ...\n")
    found = adopted(tmp_path, cloudformation(Ship=changed(FUNCTION, Handler="pkg.jobs.run")))
    assert (found.handler, found.folder) == ("pkg.jobs.run", str((tmp_path / "src").resolve()))


def test_what_lambda_refuses_names_the_mapping(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="Map of the template: BatchSize is"):
        adopted(tmp_path, cloudformation(Map=changed(MAPPING, BatchSize=0)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Resources:\n  a: [\n", "line 3: this is not YAML"),
        ("just: text", "has no Resources"),
        ("Resources: {}", "has no mapping of a DynamoDB stream"),
        ("- 1", "has no Resources"),
    ],
)
def test_what_is_no_template_is_one_clear_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(CannotDo, match=words):
        adopted(tmp_path, text)


def test_a_template_that_does_not_exist_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(CannotDo, match="cannot be read: No such file"):
        adopt_template(str(tmp_path / "nope.yaml"))


VALUES = Values(
    {
        "Parameters": {
            "Name": {"Type": "String", "Default": "orders"},
            "Many": {"Type": "CommaDelimitedList", "Default": "a, b"},
            "Secret": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/path"},
        },
        "Conditions": {"No": {"Fn::Not": [{"Fn::Equals": [True, "true"]}]}, "Loop": {"Condition": "Loop"}},
    }
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Fn::Join": ["-", [{"Ref": "Name"}, "x", 1]]}, "orders-x-1"),
        ({"Fn::Select": ["1", {"Ref": "Many"}]}, "b"),
        ({"Fn::Select": [0, {"Fn::Split": [",", "p,q"]}]}, "p"),
        ({"Fn::Sub": "${Name}-${!literal}"}, "orders-${literal}"),
        ({"Fn::Sub": ["${V}", {"V": {"Ref": "Name"}}]}, "orders"),
        ({"Fn::If": ["No", 1, {"Ref": "AWS::NoValue"}]}, NoValue),
        ({"a": {"Ref": "AWS::NoValue"}, "b": [1, {"Ref": "AWS::NoValue"}]}, {"b": [1]}),
        ({"Fn::ToJsonString": {"eventName": ["INSERT"]}}, '{"eventName": ["INSERT"]}'),
    ],
)
def test_functions_come_to_what_cloudformation_makes_of_them(value: Any, expected: Any) -> None:
    assert VALUES.resolve(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Nope"},
        {"Ref": "Secret"},
        {"Ref": "AWS::Region"},
        {"Fn::ImportValue": "x"},
        {"Fn::Select": [7, {"Ref": "Many"}]},
        {"Fn::Join": "x"},
        {"Fn::FindInMap": ["No", "Such", "Map"]},
        {"Fn::If": ["Loop", 1, 2]},
        {"Fn::If": ["Nope", 1, 2]},
        {"Fn::Sub": "${A.Arn}"},
        {"Ref": ["not", "text"]},
    ],
)
def test_what_only_a_deployment_knows_is_unresolved(value: Any) -> None:
    with pytest.raises(Unresolved):
        VALUES.resolve(value)
