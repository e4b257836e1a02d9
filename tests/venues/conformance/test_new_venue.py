"""`make new-venue`: what it writes, and what it does not write over."""

import ast
import runpy
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.venues import REGISTRY

ROOT = Path(__file__).resolve().parents[3]
make_venue: Callable[[str, Path], list[Path] | str] = runpy.run_path(
    str(ROOT / "docs" / "new_venue.py")
)["make_venue"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    registry = tmp_path / "cockpit" / "venues" / "__init__.py"
    registry.parent.mkdir(parents=True)
    registry.write_text((ROOT / "cockpit" / "venues" / "__init__.py").read_text())
    tmp_path.joinpath("pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    return tmp_path


def test_a_new_venue_is_a_folder_its_playbook_and_a_line_in_the_registry(project: Path) -> None:
    made = make_venue("acme", project)
    assert not isinstance(made, str)
    assert {path.name for path in made} >= {
        "session.py",
        "messages.py",
        "venue.toml",
        "claims.toml",
        "playbook.py",
    }
    for path in made:
        if path.suffix == ".py":
            ast.parse(path.read_text())
            assert "NAME" not in path.read_text()
    registry = (project / "cockpit" / "venues" / "__init__.py").read_text()
    assert '    "acme": "cockpit.venues.acme",\n}' in registry


def test_a_new_venue_must_know_nothing_of_the_others(project: Path) -> None:
    make_venue("acme", project)
    settings = tomllib.loads((project / "pyproject.toml").read_text())
    (contract,) = (
        contract
        for contract in settings["tool"]["importlinter"]["contracts"]
        if "cockpit.venues.acme" in contract.get("modules", ())
    )
    assert contract["type"] == "independence"
    assert set(contract["modules"]) == {*REGISTRY.values(), "cockpit.venues.acme"}


@pytest.mark.parametrize("name", ["", "Acme", "../acme", "2z", "bybit"])
def test_a_bad_name_or_a_known_venue_writes_nothing(project: Path, name: str) -> None:
    before = sorted(project.rglob("*"))
    assert isinstance(make_venue(name, project), str)
    assert sorted(project.rglob("*")) == before


def test_a_second_time_is_refused(project: Path) -> None:
    make_venue("acme", project)
    assert "registered already" in make_venue("acme", project)
