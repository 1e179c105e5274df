"""Parents made into threads: cycles broken, depth and reading order, all without recursion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class Groups:
    """Disjoint sets over ``0..n-1`` (union by the smaller index, path halving)."""

    def __init__(self, n: int) -> None:
        self._of = list(range(n))

    def find(self, i: int) -> int:
        of = self._of
        while of[i] != i:
            of[i] = of[of[i]]
            i = of[i]
        return i

    def union(self, i: int, j: int) -> None:
        a, b = self.find(i), self.find(j)
        if a != b:
            self._of[max(a, b)] = min(a, b)

    def union_all(self, members: Iterable[int]) -> None:
        first: int | None = None
        for i in members:
            if first is None:
                first = i
            self.union(first, i)


def break_cycles(parents: Sequence[int | None], order: Sequence[int]) -> list[int | None]:
    """Parents without cycles: in each, the earliest message loses its parent.

    ``order[i]`` is the place of message ``i`` in time. The link that goes is the one that
    goes back in time, since the earliest of a circle cannot answer a later one.
    """
    fixed = list(parents)
    state = bytearray(len(fixed))  # 0 unseen, 1 on the path in hand, 2 done
    for start in range(len(fixed)):
        path: list[int] = []
        node: int | None = start
        while node is not None and state[node] == 0:
            state[node] = 1
            path.append(node)
            node = fixed[node]
        if node is not None and state[node] == 1:
            cycle = path[path.index(node) :]
            fixed[min(cycle, key=order.__getitem__)] = None
        for seen in path:
            state[seen] = 2
    return fixed


def reading_order(
    parents: Sequence[int | None], groups: Groups, order: Sequence[int]
) -> tuple[list[int], list[int], list[int]]:
    """(thread, depth, rank) of each message.

    ``thread`` is the index of the earliest parentless message of its group. Groups are
    walked depth first from their parentless messages, earliest first.
    """
    n = len(parents)
    by_time = sorted(range(n), key=order.__getitem__)
    children: list[list[int]] = [[] for _ in range(n)]
    roots: dict[int, list[int]] = {}
    for i in by_time:
        parent = parents[i]
        if parent is None:
            roots.setdefault(groups.find(i), []).append(i)
        else:
            children[parent].append(i)
    thread, depth, rank = [0] * n, [0] * n, [0] * n
    for tops in roots.values():
        stack = list(reversed(tops))
        n_read = 0
        while stack:
            i = stack.pop()
            parent = parents[i]
            thread[i] = tops[0]
            depth[i] = 0 if parent is None else depth[parent] + 1
            rank[i] = n_read
            n_read += 1
            stack.extend(reversed(children[i]))
    return thread, depth, rank
