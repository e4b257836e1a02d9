"""The rules that the trader made by keys, one file, and what intents do to them.

The trader's editor writes the file too: it is read again before each change, and when it was
edited. What is measured is in the hands of `use`.
"""

from collections.abc import Callable, Collection
from pathlib import Path

from cockpit.alerts import own_rules
from cockpit.alerts.own_rules import OwnRules
from cockpit.alerts.rule import Rule
from cockpit.core.errors import ConfigError, InputError
from cockpit.desk.contract import DropRule, RuleIntent
from cockpit.desk.edited_file import EditedFile
from cockpit.storage.atomic import write_atomically
from cockpit.storage.reading import read_utf8

UNTIL_THE_END = "kept until the end: nothing is written here"


class KeptRules:
    """`others` are the rules of the config and the built-in ones: their names are taken."""

    def __init__(
        self,
        path: Path | None,
        others: tuple[Rule, ...],
        venues: Collection[str],
        use: Callable[[], None],
        text: bytes = b"",
    ) -> None:
        """`path` None keeps them until the end, beginning with those of `text`. The file is read
        here, because what fired before a restart is only known again with its rule; `use` hears of
        every change after that."""
        self._path = path
        self._others = others
        self._venues = venues
        self._use = use
        self._data = text
        """The file as it was read or written last."""
        self._file = EditedFile(path)
        self.own = OwnRules()
        """What is in the file and can be used, and what cannot."""
        self.problem = ""
        try:
            self._file.known()
            data = self._read()
            self.own, self._data = self._parse(data), data
        except ConfigError as error:
            self.problem = error.ui_message
        else:
            self.problem = "; ".join(self.own.problems)

    @property
    def text(self) -> bytes:
        """What the file says, or would say if there were one."""
        return self._data

    @property
    def all(self) -> tuple[Rule, ...]:
        """Those of the config and the built-in ones, then those of the file."""
        return (*self._others, *self.own.rules)

    def replace_others(self, others: tuple[Rule, ...]) -> None:
        """The rules of the config and the built-in ones are these from now on."""
        self._others = others
        self.own = self._parse(self._data)
        self._use()

    def do(self, intent: RuleIntent) -> str:
        """Carry it out; what came of it in words. CockpitError if it stays as it was; OSError where
        the disk refuses."""
        data = self._read()
        own = self._parse(data)
        names = [rule.name for rule in own.rules]
        if isinstance(intent, DropRule):
            self._known(intent.name, names)
            self._write(own_rules.drop(data, intent.name))
            return f"deleted the rule {intent.name!r}"
        rule, before = intent.rule, intent.before
        if before:
            self._known(before, names)
        if rule.name != before and rule.name in {*names, *(other.name for other in self._others)}:
            raise InputError(f"there is a rule {rule.name!r} already; give it another name")
        own_rules.check(rule, self._venues)
        self._write(own_rules.put(data, rule, before))
        if self._path is None:
            return UNTIL_THE_END
        return f"{'changed' if before else 'kept'} the rule {rule.name!r} in {self._path}"

    def look(self) -> str:
        """Read the file if other hands have edited it; what was read in words, empty for nothing.

        ConfigError, once, for a mistake in it; a file that is none of rules changes nothing.
        """
        path = self._path
        if path is None or not self._file.look():
            return ""
        data = self._read()
        if data == self._data:
            return ""
        self._take(data)
        if self.own.problems:
            raise ConfigError("; ".join(self.own.problems))
        return f"{path.name} was edited: {len(self.own.rules)} rules"

    def _known(self, name: str, names: Collection[str]) -> None:
        if name in names:
            return
        if any(other.name == name for other in self._others):
            raise InputError(f"{name!r} is a rule of the config, or built in: change it there")
        raise InputError(f"there is no rule {name!r} any more")

    def _read(self) -> bytes:
        if self._path is None:
            return self._data
        try:
            return read_utf8(self._path)
        except FileNotFoundError:
            return b""
        except UnicodeDecodeError as error:
            raise ConfigError(f"{self._path.name}: is not UTF-8 text: {error.reason}") from error
        except OSError as error:
            raise ConfigError(f"{self._path.name}: cannot be read: {error.strerror}") from error

    def _write(self, data: bytes) -> None:
        if self._path is not None:
            write_atomically(self._path, data)
            self._file.known()
        self._take(data)

    def _take(self, data: bytes) -> None:
        self.own = self._parse(data)
        self._data = data
        self._use()

    def _parse(self, data: bytes) -> OwnRules:
        return own_rules.parse(data, {rule.name for rule in self._others}, self._venues)
