"""Files that a person hands over, and what only looks like one."""

import csv
import io

import pytest

from cockpit.storage import reading
from cockpit.storage.reading import csv_lines, read_utf8


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_read_as_windows_tools_write_it(tmp_path, encoding):
    path = tmp_path / "view.json"
    path.write_text('{"é": 1}\r\n', encoding=encoding, newline="")
    assert read_utf8(path).decode() == '{"é": 1}\r\n'


@pytest.mark.parametrize("path", ["/dev/zero", "holes"])
def test_what_has_no_end_is_refused_by_its_size(tmp_path, monkeypatch, path):
    monkeypatch.setattr(reading, "MOST_BYTES", 2**20)
    if path == "holes":
        path = tmp_path / path
        with path.open("wb") as file:
            file.truncate(2**20 + 1)
    with pytest.raises(OSError, match="it is larger than 1 MB"):
        read_utf8(type(tmp_path)(path))


def test_lines_of_csv_come_one_by_one_and_one_without_end_is_no_line():
    assert list(csv_lines(io.StringIO("a,b\n1,2\n3"))) == ["a,b\n", "1,2\n", "3"]
    with pytest.raises(csv.Error, match="longer than"):
        list(csv_lines(io.StringIO("a,b\n" + "0" * reading.MOST_LETTERS)))
