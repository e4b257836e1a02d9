"""What the README promises is what the program does."""

import re
import runpy
from pathlib import Path

from cockpit.cli.main import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()


def test_the_key_table_is_the_programs_own():
    keys = runpy.run_path(str(ROOT / "docs" / "keys.py"))
    page = (ROOT / "docs" / "manual" / "keys.md").read_text()
    assert keys["with_table"](page) == page, "the keys have changed: run `make keys`"


def test_every_picture_is_there_and_light_enough_for_a_repository():
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README)
    assert len(pictures) >= 3
    for name in pictures:
        assert 10_000 < (ROOT / name).stat().st_size < 150_000, name


def test_every_command_it_names_exists():
    named = set(re.findall(r"`cockpit ([a-z]+)", README))
    assert named <= COMMANDS.keys()
