"""Plain tables and figures for the terminal."""

from collections.abc import Sequence

UNKNOWN = "-"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as aligned text, the first column to the left."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        "  "
        + "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def remarks(warnings: Sequence[str], notes: Sequence[str]) -> list[str]:
    """What the answer lacks, and what to know beside it."""
    parts = (("Missing", warnings), ("Mind", notes))
    return [
        f"{title}\n" + "\n".join(f"  {sentence}" for sentence in sentences)
        for title, sentences in parts
        if sentences
    ]


def figure(value: float | None, digits: int = 3) -> str:
    return UNKNOWN if value is None else f"{value:,.{digits}f}"


def signed(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:+.3f}"
