"""The world and the server know no venue: its face's folder and the registry are all of it."""

import re
from pathlib import Path

import pytest

import cockpit.sim
from cockpit.sim import FACES, load

ROOT = Path(cockpit.sim.__file__).parent


@pytest.mark.parametrize("name", sorted(FACES))
def test_a_venue_is_named_in_its_own_folder_and_in_the_registry_alone(name: str) -> None:
    word = re.compile(rf"(?<![0-9A-Za-z_]){name}(?![0-9A-Za-z_])")
    found = {
        path.relative_to(ROOT)
        for path in ROOT.rglob("*.py")
        if word.search(path.read_text(encoding="utf-8"))
    }
    strangers = {path for path in found if path.parts[:2] != ("faces", name)}
    assert strangers == {Path("__init__.py")}


@pytest.mark.parametrize("name", sorted(FACES))
def test_a_face_supplies_what_the_exchange_wants(name: str) -> None:
    module = load(name)
    assert module.PROFILE.name == name
    assert all(path.startswith("/") for path in module.WS_PATHS.values())
    assert callable(module.on_http)
    assert callable(module.Face)
