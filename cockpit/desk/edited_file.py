"""Whether other hands have edited a file of the trader's since it was read or written here."""

from pathlib import Path


class EditedFile:
    """`path` None is no file, which nobody edits. Nothing is known of a file at first: the first
    look says that it was edited, unless `known` was called."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._stamp: tuple[int, int, int] | None = None
        self._is_missed = False

    def known(self) -> None:
        """The file as it is now has been read, or written here."""
        self._stamp = self._now()

    def look(self) -> bool:
        """Whether it is another file than the known one; it is known from then on.

        A file that is gone counts at the second look: an editor may take the old one away before
        it puts the new one there.
        """
        now = self._now()
        if self._path is None or now == self._stamp:
            return False
        if now is None and not self._is_missed:
            self._is_missed = True
            return False
        self._stamp, self._is_missed = now, False
        return True

    def _now(self) -> tuple[int, int, int] | None:
        """Changes with every edit; None while there is no file."""
        if self._path is None:
            return None
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino
