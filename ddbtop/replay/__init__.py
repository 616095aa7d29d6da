"""What Lambda does with a shard: which records it hands to a function, in which batches, and what follows a failure."""
