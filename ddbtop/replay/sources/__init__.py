"""Where the records of a replay come from: a journal, a stream being read, a file, or an on-failure message."""
