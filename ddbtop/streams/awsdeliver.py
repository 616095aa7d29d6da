"""Sending an on-failure message where Lambda would: to a queue, a topic or a bucket.

The only calls of ddbtop's that write to AWS, made for destinations that a user named and allowed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ddbtop.streams.aws import PATIENT_ATTEMPTS, Account
from ddbtop.streams.awserrors import translated


class Deliveries:
    """To places of one service; every method raises `CallError`."""

    def __init__(self, account: Account, service: str) -> None:
        """`service` is botocore's name. The client is made when it is needed."""
        self._account = account
        self._service = service
        self._client: Any = None

    def queue_url(self, name: str, owner: str) -> str:
        answer = self._call(lambda client: client.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=owner))
        return str(answer["QueueUrl"])

    def send(self, queue_url: str, body: str) -> None:
        self._call(lambda client: client.send_message(QueueUrl=queue_url, MessageBody=body))

    def publish(self, topic_arn: str, body: str) -> None:
        self._call(lambda client: client.publish(TopicArn=topic_arn, Message=body))

    def put(self, bucket: str, key: str, body: bytes) -> None:
        self._call(lambda client: client.put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/json"))

    def _call(self, call: Callable[[Any], Any]) -> Any:
        if self._client is None:
            self._client = self._account.service_client(self._service, PATIENT_ATTEMPTS)
        return translated(lambda: call(self._client))
