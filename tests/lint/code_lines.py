"""`python -m tests.lint.code_lines FOLDER...`: code lines: not blank, no comment, no docstring.

Without a folder: those that have a size of their own; exit 1 where one is over what it may have.
"""

import ast
import io
import sys
import tokenize
from pathlib import Path
from typing import NamedTuple


class Size(NamedTuple):
    """Code lines that were meant, and those that docs/architecture.md accounts for."""

    aim: int
    most: int


SIZES = {
    "cockpit/venues/kit": Size(900, 2140),
    "cockpit/venues/aster": Size(620, 615),
    "cockpit/venues/bybit": Size(560, 700),
    "cockpit/venues/dydx": Size(1100, 1490),
    "cockpit/venues/extended": Size(420, 525),
    "cockpit/venues/grvt": Size(420, 565),
    "cockpit/venues/hyperliquid": Size(1100, 1580),
    "cockpit/venues/lighter": Size(950, 960),
    "cockpit/venues/nado": Size(620, 900),
    "cockpit/venues/orderly": Size(620, 820),
    "cockpit/venues/paradex": Size(620, 710),
    "cockpit/sim/faces/kit": Size(350, 425),
    "cockpit/sim/faces/aster": Size(450, 450),
    "cockpit/sim/faces/extended": Size(450, 450),
    "cockpit/sim/faces/grvt": Size(450, 450),
    "cockpit/sim/faces/nado": Size(450, 599),
    "cockpit/sim/faces/orderly": Size(450, 450),
    "cockpit/sim/faces/paradex": Size(450, 450),
}

NO_CODE = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
    tokenize.ENDMARKER,
}  # fmt: skip


def code_lines(source: str) -> int:
    """How many lines of a file hold code."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - docstring_lines(ast.parse(source)))


def docstring_lines(tree: ast.Module) -> set[int]:
    """Lines of strings that stand alone: of modules, classes, functions and under names."""
    return {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }


def folder_lines(folder: Path) -> int:
    return sum(code_lines(path.read_text()) for path in sorted(folder.rglob("*.py")))


def main(folders: list[str]) -> int:
    over = 0
    for name in folders or SIZES:
        lines, size = folder_lines(Path(name)), SIZES.get(name.rstrip("/"))
        over += size is not None and lines > size.most
        print(
            f"{lines:6}  {name}" + (f"  (meant: {size.aim}, at most {size.most})" if size else "")
        )
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
