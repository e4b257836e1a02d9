"""What the README promises is what the program does."""

import re
import runpy
from pathlib import Path

import pytest

from cockpit.cli.main import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "manual").glob("*.md"))]


def test_the_key_table_is_the_programs_own():
    keys = runpy.run_path(str(ROOT / "docs" / "keys.py"))
    page = (ROOT / "docs" / "manual" / "keys.md").read_text()
    assert keys["with_table"](page) == page, "the keys have changed: run `make keys`"


def test_every_picture_is_there_and_light_enough_for_a_repository():
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README)
    assert len(pictures) >= 3
    for name in pictures:
        assert 10_000 < (ROOT / name).stat().st_size < 150_000, name


def test_it_is_short_enough_to_be_read():
    assert len(README.splitlines()) <= 160


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_it_and_of_the_manual_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_every_page_of_the_manual_is_linked_from_it():
    linked = set(re.findall(r"docs/manual/([a-z]+\.md)", README))
    assert linked == {page.name for page in PAGES[1:]}


def test_every_command_it_names_exists():
    text = README + (ROOT / "docs" / "manual" / "commands.md").read_text()
    named = set(re.findall(r"`cockpit ([a-z]+)", text))
    assert named <= COMMANDS.keys()
