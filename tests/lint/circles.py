"""`python -m tests.lint.circles`: says each circle of imports between files; exit 1 if any.

Imports under `TYPE_CHECKING` count too: two files that need each other's types are one subject, or
lack a third file. Imports inside functions count as well.
"""

import sys

import grimp


def circles(graph: grimp.ImportGraph) -> list[list[str]]:
    """The strongly connected components of more than one file, each sorted by name (Tarjan)."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_files: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        order[name] = lowest[name] = len(order)
        open_files.append(name)
        for imported in sorted(graph.find_modules_directly_imported_by(name)):
            if imported not in order:
                visit(imported)
                lowest[name] = min(lowest[name], lowest[imported])
            elif imported in open_files:
                lowest[name] = min(lowest[name], order[imported])
        if lowest[name] == order[name]:
            start = open_files.index(name)
            members = open_files[start:]
            del open_files[start:]
            if len(members) > 1:
                found.append(sorted(members))

    sys.setrecursionlimit(10_000)
    for name in sorted(graph.modules):
        if name not in order:
            visit(name)
    return found


def main() -> int:
    found = circles(grimp.build_graph("cockpit", cache_dir=None))
    for members in found:
        print(f"a circle of {len(members)} files: {', '.join(members)}")
    if not found:
        print("No circle of imports.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
