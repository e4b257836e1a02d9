"""`python -m tests.lint.code_lines FOLDER...`: code lines: not blank, no comment, no docstring.

Without a folder: those that have a limit, each beside it; exit 1 where one is over.
"""

import ast
import io
import sys
import tokenize
from pathlib import Path

LIMITS = {
    "cockpit/venues/kit": 900,
    "cockpit/venues/bybit": 560,
    "cockpit/venues/lighter": 950,
    "cockpit/venues/hyperliquid": 1100,
    "cockpit/venues/dydx": 1100,
    "cockpit/sim/faces/kit": 350,
}
"""Folder -> the most code lines it may have; docs/architecture.md says why where one is over."""

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
    for name in folders or LIMITS:
        lines, limit = folder_lines(Path(name)), LIMITS.get(name)
        over += limit is not None and lines > limit
        print(f"{lines:6}  {name}" + (f"  (at most {limit})" if limit else ""))
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
