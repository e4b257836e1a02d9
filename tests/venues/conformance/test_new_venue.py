"""`make new-venue`: what it writes, and what it does not write over."""

import ast
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
make_venue: Callable[[str, Path], list[Path] | str] = runpy.run_path(
    str(ROOT / "docs" / "new_venue.py")
)["make_venue"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    registry = tmp_path / "cockpit" / "venues" / "__init__.py"
    registry.parent.mkdir(parents=True)
    registry.write_text((ROOT / "cockpit" / "venues" / "__init__.py").read_text())
    return tmp_path


def test_a_new_venue_is_a_folder_its_playbook_and_a_line_in_the_registry(project: Path) -> None:
    made = make_venue("acme", project)
    assert not isinstance(made, str)
    assert {path.name for path in made} >= {
        "session.py",
        "messages.py",
        "venue.toml",
        "playbook.py",
    }
    for path in made:
        if path.suffix == ".py":
            ast.parse(path.read_text())
            assert "NAME" not in path.read_text()
    registry = (project / "cockpit" / "venues" / "__init__.py").read_text()
    assert '    "acme": "cockpit.venues.acme",\n}' in registry


@pytest.mark.parametrize("name", ["", "Acme", "../acme", "2z", "bybit"])
def test_a_bad_name_or_a_known_venue_writes_nothing(project: Path, name: str) -> None:
    before = sorted(project.rglob("*"))
    assert isinstance(make_venue(name, project), str)
    assert sorted(project.rglob("*")) == before


def test_a_second_time_is_refused(project: Path) -> None:
    make_venue("acme", project)
    assert "registered already" in make_venue("acme", project)
