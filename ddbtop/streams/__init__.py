"""What DynamoDB Streams is: its values, its calls, and how a stream is read without losing anything."""
