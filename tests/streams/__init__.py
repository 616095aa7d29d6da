"""Tests of what DynamoDB Streams is to this program."""
