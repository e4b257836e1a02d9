"""Which cold files there are and which hours each owns: the tables `files`, `hours`, `obsolete`.

Every change is a transaction that first checks that nobody else changed what it was decided on
(`Overtaken` if so), so that two processes may hand over at once and one of them simply loses.
"""

import sqlite3
from typing import Final

import msgspec

from cockpit.core.units import HOUR_NS
from cockpit.history.hot import HotStore, Overtaken, meta
from cockpit.history.layout import ColdName, Tier

GRACE_NS: Final = 10 * 60 * 1_000_000_000
"""A file that was replaced stays this long for those who are reading it."""
LATE_NS: Final = 60 * 1_000_000_000
"""How long after its end an hour or a day is still waited with."""


class ColdFile(msgspec.Struct, frozen=True, kw_only=True):
    """A cold file and the hours that it owns, oldest first; it may own fewer than it holds."""

    number: int
    name: str
    tier: Tier
    from_ns: int
    to_ns: int
    rows: int
    size: int
    hours: tuple[int, ...]

    @property
    def owns_all(self) -> bool:
        return len(self.hours) == (self.to_ns - self.from_ns) // HOUR_NS


class Hour(msgspec.Struct, frozen=True, kw_only=True):
    """One hour that has rows: how many `samples` holds, and the file that owns it, if one does."""

    hour_ns: int
    hot_rows: int
    file: int | None


class NewFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was written, synced and renamed, and is not yet anybody's truth."""

    name: ColdName
    rows: int
    size: int


def cold_files(
    connection: sqlite3.Connection, from_ns: int = 0, to_ns: int = 1 << 62
) -> list[ColdFile]:
    """Every file that owns an hour of the span, by time."""
    owned: dict[int, list[int]] = {}
    for hour_ns, number in connection.execute(
        "SELECT hour_ns, file FROM hours WHERE file IS NOT NULL AND hour_ns + ? > ? "
        "AND hour_ns < ? ORDER BY hour_ns",
        (HOUR_NS, from_ns, to_ns),
    ):
        owned.setdefault(number, []).append(hour_ns)
    files = connection.execute(
        "SELECT id, name, tier, from_ns, to_ns, rows, bytes FROM files ORDER BY from_ns, id"
    )
    return [
        ColdFile(
            number=number,
            name=name,
            tier=tier,
            from_ns=first,
            to_ns=last,
            rows=rows,
            size=size,
            hours=tuple(owned[number]),
        )
        for number, name, tier, first, last, rows, size in files
        if number in owned
    ]


def hours(connection: sqlite3.Connection, from_ns: int, to_ns: int) -> list[Hour]:
    """Every hour with rows that begins within the span."""
    found = connection.execute(
        "SELECT hour_ns, hot_rows, file FROM hours WHERE hour_ns >= ? AND hour_ns < ? "
        "ORDER BY hour_ns",
        (from_ns, to_ns),
    )
    return [Hour(hour_ns=hour, hot_rows=rows, file=file) for hour, rows, file in found]


def unowned_hours(connection: sqlite3.Connection, until_ns: int) -> list[Hour]:
    """Hours that ended by `until_ns` and are owned by `samples`."""
    return [hour for hour in hours(connection, 0, until_ns - HOUR_NS + 1) if hour.file is None]


def next_generation(store: HotStore) -> int:
    """A number that no file has had."""

    def count(connection: sqlite3.Connection) -> int:
        connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")
        return meta(connection, "generation")

    return store.transaction(count)


def hand_over(store: HotStore, hour: Hour, file: NewFile) -> None:
    """The hour is the file's from now on. Overtaken if rows came in since the hour was read."""

    def commit(connection: sqlite3.Connection) -> None:
        if hours(connection, hour.hour_ns, hour.hour_ns + 1) != [hour]:
            raise Overtaken
        number = _insert(connection, file)
        connection.execute("UPDATE hours SET file = ? WHERE hour_ns = ?", (number, hour.hour_ns))

    store.transaction(commit)


def replace_hours(
    store: HotStore,
    before: list[Hour],
    imported: int,
    new_hours: tuple[int, ...],
    file: NewFile,
    now_ns: int,
) -> None:
    """The file takes the owned hours of its span, and the imported rows that were put into it.

    `before` are all hours of the span and `imported` the waiting rows, as both stood when the file
    was made; `new_hours` are hours that only imported rows fill. Overtaken if either changed.
    """
    first, last = file.name.from_ns, file.name.to_ns

    def commit(connection: sqlite3.Connection) -> None:
        if (
            hours(connection, first, last) != before
            or count_imported(connection, first, last) != imported
        ):
            raise Overtaken
        number = _insert(connection, file)
        connection.execute(
            "UPDATE hours SET file = ? WHERE hour_ns >= ? AND hour_ns < ? AND file IS NOT NULL",
            (number, first, last),
        )
        connection.executemany(
            "INSERT INTO hours VALUES (?, 0, ?)", [(hour_ns, number) for hour_ns in new_hours]
        )
        delete_imported(connection, first, last)
        retire(connection, now_ns)

    store.transaction(commit)


def drop_hours(store: HotStore, from_ns: int, to_ns: int, now_ns: int) -> None:
    """Forget what the files hold of this span."""

    def commit(connection: sqlite3.Connection) -> None:
        connection.execute(
            "DELETE FROM hours WHERE hour_ns >= ? AND hour_ns < ? AND file IS NOT NULL",
            (from_ns, to_ns),
        )
        retire(connection, now_ns)

    store.transaction(commit)


def release_file(store: HotStore, file: ColdFile, now_ns: int) -> tuple[int, ...]:
    """A file is lost: hours that `samples` still holds are owned by it again, and the others,
    which are returned, are gone."""

    def commit(connection: sqlite3.Connection) -> tuple[int, ...]:
        lost = tuple(
            hour_ns
            for (hour_ns,) in connection.execute(
                "SELECT hour_ns FROM hours WHERE file = ? AND hot_rows = 0 ORDER BY hour_ns",
                (file.number,),
            )
        )
        connection.execute("DELETE FROM hours WHERE file = ? AND hot_rows = 0", (file.number,))
        connection.execute("UPDATE hours SET file = NULL WHERE file = ?", (file.number,))
        connection.execute("DELETE FROM files WHERE id = ?", (file.number,))
        return lost

    return store.transaction(commit)


def adopt(store: HotStore, file: NewFile, wanted: tuple[int, ...]) -> None:
    """A file that the store does not know takes those hours that nobody owns, if it is there."""
    path = store.folder.cold / str(file.name)

    def commit(connection: sqlite3.Connection) -> None:
        if not path.exists():
            return
        number = _insert(connection, file)
        connection.executemany(
            "INSERT OR IGNORE INTO hours VALUES (?, 0, ?)",
            [(hour_ns, number) for hour_ns in wanted],
        )
        connection.execute(
            "UPDATE meta SET value = max(value, ?) WHERE key = 'generation'",
            (file.name.generation,),
        )

    store.transaction(commit)


def discard(store: HotStore, name: ColdName) -> None:
    """Delete a file that was overtaken, unless another process has adopted it meanwhile."""
    path = store.folder.cold / str(name)

    def commit(connection: sqlite3.Connection) -> None:
        known = connection.execute("SELECT 1 FROM files WHERE name = ?", (str(name),)).fetchone()
        if known is None:
            path.unlink(missing_ok=True)

    store.transaction(commit)


def retire(connection: sqlite3.Connection, now_ns: int) -> None:
    """Files that own nothing any more wait for their readers, then for `cold` to delete them."""
    idle = "SELECT {} FROM files WHERE id NOT IN (SELECT file FROM hours WHERE file IS NOT NULL)"
    connection.execute(f"INSERT OR IGNORE INTO obsolete {idle.format('name, ?')}", (now_ns,))
    connection.execute(f"DELETE FROM files WHERE id IN ({idle.format('id')})")


def forget_before(store: HotStore, wanted_ns: int) -> int:
    """Let `samples` begin at `wanted_ns`, or earlier where an hour has no file yet; the rows before
    it are nobody's truth any more. Returns where it begins."""

    def commit(connection: sqlite3.Connection) -> int:
        begins_ns = meta(connection, "hot_from_ns")
        unowned = connection.execute("SELECT min(hour_ns) FROM hours WHERE file IS NULL").fetchone()
        limit_ns = wanted_ns if unowned[0] is None else min(wanted_ns, int(unowned[0]))
        if limit_ns <= begins_ns:
            return begins_ns
        connection.execute("UPDATE meta SET value = ? WHERE key = 'hot_from_ns'", (limit_ns,))
        connection.execute("UPDATE hours SET hot_rows = 0 WHERE hour_ns < ?", (limit_ns,))
        connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")
        return limit_ns

    return store.transaction(commit)


def count_imported(connection: sqlite3.Connection, from_ns: int, to_ns: int) -> int:
    found = connection.execute(
        "SELECT count(*) FROM markets CROSS JOIN imported ON market = id "
        "WHERE at_ns >= ? AND at_ns < ?",
        (from_ns, to_ns),
    )
    return int(found.fetchone()[0])


def delete_imported(connection: sqlite3.Connection, from_ns: int, to_ns: int) -> None:
    connection.execute("DELETE FROM imported WHERE at_ns >= ? AND at_ns < ?", (from_ns, to_ns))


def _insert(connection: sqlite3.Connection, file: NewFile) -> int:
    name = file.name
    cursor = connection.execute(
        "INSERT INTO files (name, tier, from_ns, to_ns, rows, bytes) VALUES (?, ?, ?, ?, ?, ?)",
        (str(name), name.tier, name.from_ns, name.to_ns, file.rows, file.size),
    )
    return int(cursor.lastrowid or 0)
