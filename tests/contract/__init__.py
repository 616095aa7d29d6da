"""What DynamoDB Streams promises, checked against the simulated stream and against servers that others wrote."""
