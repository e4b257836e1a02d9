"""What ui and terminal import: no toolkit below the terminal, no circles, no pane's neighbours."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import cockpit

ROOT = Path(cockpit.__file__).parent.parent
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in ("ui", "terminal")
    for path in (ROOT / "cockpit" / package).rglob("*.py")
}


def imported(path: Path) -> set[str]:
    """Modules that a file imports anywhere in it, for types too; of packages their members."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            members = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (members & FILES.keys()) or {node.module}
    return found


IMPORTS = {name: imported(path) for name, path in FILES.items()}


def test_ui_needs_neither_a_toolkit_nor_an_event_loop_nor_the_terminal():
    forbidden = ("textual", "rich", "asyncio", "cockpit.terminal", "cockpit.cli")
    assert {
        (name, other)
        for name, others in IMPORTS.items()
        for other in others
        if name.startswith("cockpit.ui")
        and any(other == ban or other.startswith(f"{ban}.") for ban in forbidden)
    } == set()


def test_no_file_of_the_screen_imports_itself_by_a_detour():
    # Raises CycleError, which names the circle.
    TopologicalSorter({name: others & FILES.keys() for name, others in IMPORTS.items()}).prepare()


def test_the_panes_of_a_workspace_know_no_other_workspaces_panes():
    def workspace(name: str) -> str | None:
        parts = name.split(".")
        return parts[3] if parts[:3] == ["cockpit", "ui", "panes"] and len(parts) > 4 else None

    assert {
        (name, other)
        for name, others in IMPORTS.items()
        for other in others
        if workspace(name) and workspace(other) and workspace(name) != workspace(other)
    } == set()
