"""Where panes go, by the size of the terminal. Pure: a tree of splits into rectangles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

STRIP_FROM = 20
"""Lines of the terminal from which a pane that stands alone leaves one for the others' names."""

_LEAST_FIXED = 6
"""Cells below which no fixed part shrinks for the sake of a share."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in cells."""

    x: int
    y: int
    width: int
    height: int


def clear_of(taken: Box | None, box: Box) -> Box:
    """`box`, moved up where it would lie over `taken` and there is room above that."""
    if taken is None:
        return box
    beside = box.x >= taken.x + taken.width or taken.x >= box.x + box.width
    apart = box.y >= taken.y + taken.height or taken.y >= box.y + box.height
    top = taken.y - box.height
    return box if beside or apart or top < 1 else Box(box.x, top, box.width, box.height)


@dataclass(frozen=True, slots=True)
class Cells:
    """A fixed number of cells."""

    count: int


@dataclass(frozen=True, slots=True)
class PerVenue:
    """One cell for each venue and some more: tables with a row a venue, which scroll beyond
    `most` venues."""

    extra: int
    times: int = 1
    most: int = 10

    def of(self, venues: int) -> int:
        return self.times * min(venues, self.most) + self.extra


@dataclass(frozen=True, slots=True)
class Share:
    """A part of what fixed sizes leave over, in proportion to the other shares, and at least so
    many cells: rows that scroll give way for them."""

    weight: float
    least: int = 0


Size: TypeAlias = Cells | PerVenue | Share


@dataclass(frozen=True, slots=True)
class Split:
    """Children side by side (`row`) or one above the other (`column`), each with its size."""

    way: Literal["row", "column"]
    parts: tuple[tuple[Size, "Node"], ...]


Node: TypeAlias = str | Split
"""A pane's name, or a split."""


def row(*parts: tuple[Size, Node]) -> Split:
    return Split("row", parts)


def column(*parts: tuple[Size, Node]) -> Split:
    return Split("column", parts)


def place(node: Node, box: Box, venues: int = 4) -> dict[str, Box]:
    """Every pane's rectangle; together they cover `box` exactly and never overlap."""
    if isinstance(node, str):
        return {node: box}
    total = box.width if node.way == "row" else box.height
    out: dict[str, Box] = {}
    at = 0
    for size, (_, child) in zip(_sizes(node, total, venues), node.parts, strict=True):
        part = (
            Box(box.x + at, box.y, size, box.height)
            if node.way == "row"
            else Box(box.x, box.y + at, box.width, size)
        )
        out |= place(child, part, venues)
        at += size
    return out


def _sizes(split: Split, total: int, venues: int) -> list[int]:
    """Cells of each part. Fixed parts first, at most 60 % of all; shares take the rest."""
    sizes: list[int] = []
    shares: list[Share | None] = []
    for size, _ in split.parts:
        if isinstance(size, Share):
            sizes.append(0)
            shares.append(size)
        else:
            wanted = size.count if isinstance(size, Cells) else size.of(venues)
            sizes.append(min(wanted, max(3, total * 6 // 10)))
            shares.append(None)
    least = sum(share.least for share in shares if share)
    while sum(sizes) > total or (sum(sizes) + least > total and max(sizes) > _LEAST_FIXED):
        sizes[sizes.index(max(sizes))] -= 1
    rest = total - sum(sizes)
    weight = sum(share.weight for share in shares if share)
    for i, share in enumerate(shares):
        if share:
            sizes[i] = min(total - sum(sizes), max(share.least, int(rest * share.weight / weight)))
    last = max(i for i, share in enumerate(shares) if share or all(s is None for s in shares))
    sizes[last] += total - sum(sizes)
    return sizes


def shape_of(width: int, height: int, wanted: str) -> str:
    """`auto` by the size of the terminal, else what the trader configured."""
    if wanted != "auto":
        return wanted
    if width < 100 or height < 30:
        return "narrow"
    return "wide" if width >= 160 and height >= 45 else "normal"


def arrange(
    tree: Split | str,
    width: int,
    height: int,
    *,
    alone: str | None = None,
    venues: int = 4,
) -> dict[str, Box]:
    """The visible panes. Two lines stay free: status above, keys below.

    `alone` is the one pane to show: zoomed, or all there is room for. Where there are lines enough
    a third is free above it, for the names of the others.
    """
    if alone is not None:
        top = 2 if height >= STRIP_FROM else 1
        return {alone: Box(0, top, width, max(1, height - top - 1))}
    return place(tree, Box(0, 1, width, max(1, height - 2)), venues)


__all__: Sequence[str] = (
    "STRIP_FROM", "Box", "Cells", "Node", "PerVenue", "Share", "Size", "Split",
    "arrange", "clear_of", "column", "place", "row", "shape_of",
)  # fmt: skip
