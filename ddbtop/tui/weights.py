"""Numbers in a row whose sums and places are found without walking: what a list of foldable lines is addressed by."""

from __future__ import annotations


class Weights:
    """Weights of at least 0 by index; appending, changing, summing and finding each take O(log n) (a Fenwick tree)."""

    def __init__(self) -> None:
        self._values: list[int] = []
        self._sums = [0]
        """At i, the sum of the values [i - lowest bit of i, i)."""
        self.total = 0

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, index: int) -> int:
        return self._values[index]

    def append(self, value: int) -> None:
        self._values.append(value)
        end = len(self._values)
        reach, at = end - (end & -end), end - 1
        whole = value
        while at > reach:
            whole += self._sums[at]
            at -= at & -at
        self._sums.append(whole)
        self.total += value

    def set(self, index: int, value: int) -> None:
        difference = value - self._values[index]
        if not difference:
            return
        self._values[index] = value
        self.total += difference
        at = index + 1
        while at < len(self._sums):
            self._sums[at] += difference
            at += at & -at

    def before(self, index: int) -> int:
        """The sum of everything left of an index."""
        found = 0
        while index > 0:
            found += self._sums[index]
            index -= index & -index
        return found

    def find(self, place: int) -> tuple[int, int]:
        """The index that holds a place in [0, total), and how far into it the place is."""
        if not 0 <= place < self.total:
            raise IndexError(place)
        index = 0
        step = 1 << (len(self._sums).bit_length() - 1)
        while step:
            following = index + step
            if following < len(self._sums) and self._sums[following] <= place:
                index = following
                place -= self._sums[following]
            step >>= 1
        return index, place
