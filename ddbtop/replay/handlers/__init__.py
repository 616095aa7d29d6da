"""Functions to replay into, in every way that `--handler` can name one, and what they are given of this machine."""
