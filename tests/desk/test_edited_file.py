"""Another editor's hand in a file is noticed, and our own is not."""

import pytest

from cockpit.desk.edited_file import EditedFile


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "positions.toml"
    path.write_text("one")
    return path


def test_what_was_read_or_written_here_is_no_edit(path):
    file = EditedFile(path)
    file.known()
    assert not file.look()
    path.write_text("another one")
    assert file.look()
    assert not file.look()
    path.write_text("written here")
    file.known()
    assert not file.look()


def test_a_file_of_which_nothing_is_known_is_looked_at_once(path):
    file = EditedFile(path)
    assert [file.look(), file.look()] == [True, False]


def test_an_editor_that_puts_the_new_file_in_the_place_of_the_old_one_edits_once(path):
    file = EditedFile(path)
    file.known()
    path.unlink()
    assert not file.look()
    path.write_text("saved by an editor")
    assert [file.look(), file.look()] == [True, False]


def test_a_file_that_stays_away_was_taken_away(path):
    file = EditedFile(path)
    file.known()
    path.unlink()
    assert [file.look(), file.look(), file.look()] == [False, True, False]


def test_what_has_no_file_is_edited_by_nobody():
    assert not EditedFile(None).look()
