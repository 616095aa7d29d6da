"""A terminal inspector for Amazon DynamoDB Streams."""
