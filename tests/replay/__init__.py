"""What Lambda does with a shard."""
