"""Torn input: a sequence is what it is, however it arrives, and is never typed as keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events, messages

from cockpit.terminal.input.framer import TAIL_S
from cockpit.terminal.input.parser import InputParser

PATIENCE_S = 0.05
SEQUENCES = {
    "up": "\x1b[A",
    "shift+tab": "\x1b[Z",
    "ctrl+right": "\x1b[1;5C",
    "pageup": "\x1b[5~",
    "f1, linux console": "\x1b[[A",
    "f1, ss3": "\x1bOP",
    "down, ss3": "\x1bOB",
    "kitty escape": "\x1b[27u",
    "kitty ctrl+p": "\x1b[112;5u",
    "mouse moved": "\x1b[<35;101;27M",
    "mouse pressed": "\x1b[<0;1;1M",
    "mouse released": "\x1b[<0;1;1m",
    "wheel": "\x1b[<65;30;9M",
    "old mouse": "\x1b[M !!",
    "urxvt mouse": "\x1b[35;10;5M",
    "focus": "\x1b[I",
    "blur": "\x1b[O",
    "answer": "\x1b[?2026;2$y",
    "cursor position": "\x1b[12;40R",
    "paste": "\x1b[200~sell 5 BTC\rj[A\x1b[31m\x1b[201~",
    "unknown": "\x1b[99;99;99z",
    "colour answer": "\x1b]11;rgb:0000/0000/0000\x1b\\",
    "version answer": "\x1bP>|term 1.0\x1b\\",
}
PAUSES_S = [0.0, 0.02, 0.2, 3.0, 60.0]


class Line:
    """A link to the parser: what comes through it, and how long it pauses."""

    def __init__(self) -> None:
        self.parser = InputParser()
        self.now_s = 0.0
        self.heard: list[tuple[str, object]] = []

    def send(self, text: str) -> None:
        self._hear(self.parser.feed(text, self.now_s))

    def pause(self, seconds: float) -> None:
        """The reader looks often, so time passes in small steps."""
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            self.now_s = min(end_s, self.now_s + max(0.01, seconds / 40))
            self._hear(self.parser.tick(self.now_s, PATIENCE_S))

    def _hear(self, said) -> None:
        for message in said:
            match message:
                case events.Key():
                    self.heard.append(("key", message.key))
                case events.Paste():
                    self.heard.append(("paste", message.text))
                case events.MouseEvent():
                    where = (type(message).__name__, message.x, message.y)
                    self.heard.append(("mouse", where))
                case _:
                    self.heard.append((type(message).__name__, None))


def heard(*parts: str | float) -> list[tuple[str, object]]:
    """What the screen is told of these texts, with pauses in seconds between them."""
    line = Line()
    for part in parts:
        if isinstance(part, str):
            line.send(part)
        else:
            line.pause(part)
    line.pause(2 * TAIL_S)
    return line.heard


def test_what_the_sequences_mean():
    assert heard(SEQUENCES["up"]) == [("key", "up")]
    assert heard(SEQUENCES["f1, ss3"]) == [("key", "f1")]
    assert heard(SEQUENCES["ctrl+right"]) == [("key", "ctrl+right")]
    assert heard(SEQUENCES["kitty escape"]) == [("key", "escape")]
    assert heard(SEQUENCES["mouse moved"]) == [("mouse", ("MouseMove", 100.0, 26.0))]
    assert heard(SEQUENCES["wheel"]) == [("mouse", ("MouseScrollDown", 29.0, 8.0))]
    assert heard(SEQUENCES["focus"]) == [("AppFocus", None)]
    (answer,) = InputParser().feed(SEQUENCES["answer"], 0.0)
    assert isinstance(answer, messages.TerminalSupportsSynchronizedOutput)
    for name in ("unknown", "colour answer", "version answer"):
        assert heard(SEQUENCES[name]) == []


def test_a_paste_is_text_even_where_it_looks_like_keys_or_colours():
    assert heard(SEQUENCES["paste"]) == [("paste", "sell 5 BTC\rj[A\x1b[31m")]


@pytest.mark.parametrize("pause_s", PAUSES_S)
@pytest.mark.parametrize("name", SEQUENCES)
def test_a_sequence_that_was_torn_means_what_it_means(name, pause_s):
    whole = heard(SEQUENCES[name], "j")
    for at in range(1, len(SEQUENCES[name])):
        said = heard(SEQUENCES[name][:at], pause_s, SEQUENCES[name][at:], "j")
        if at == 1 and pause_s > PATIENCE_S:
            # Nobody can tell such an ESC from the key; but what follows it is no text.
            assert said[0] == ("key", "escape")
            said = said[1:]
            if name in ("colour answer", "version answer"):
                continue
        assert said == whole, (at, said)


@pytest.mark.parametrize("name", SEQUENCES)
def test_a_sequence_that_arrives_byte_by_byte_means_what_it_means(name):
    slowly = [part for char in SEQUENCES[name] for part in (char, 0.8 * PATIENCE_S)]
    assert heard(*slowly, "j") == heard(SEQUENCES[name], "j")


@pytest.mark.parametrize("name", ["up", "f1, ss3", "mouse moved", "answer", "pageup", "paste"])
def test_a_sequence_torn_in_three_behind_its_escape_is_not_typed(name):
    sequence = SEQUENCES[name]
    for at in range(2, len(sequence)):
        for then in range(at + 1, len(sequence)):
            said = heard(sequence[:at], 9.0, sequence[at:then], 9.0, sequence[then:], "j")
            assert said == heard(sequence, "j")


def test_a_lone_escape_is_a_key_after_a_moment_and_not_before():
    line = Line()
    line.send("\x1b")
    line.pause(0.8 * PATIENCE_S)
    assert line.heard == []
    line.pause(0.4 * PATIENCE_S)
    assert line.heard == [("key", "escape")]


def test_keys_after_an_escape_are_keys():
    assert heard("\x1b", 0.1, "j") == [("key", "escape"), ("key", "j")]
    assert heard("\x1b", 0.1, "[", 1.0, "j") == [
        ("key", "escape"), ("key", "left_square_bracket"), ("key", "j"),
    ]  # fmt: skip
    assert heard("\x1b", 0.1, "[", 0.1, "j") == heard("\x1b", 0.1, "[", 1.0, "j")
    assert heard("\x1b", 0.1, "O", 1.0, "5") == [("key", "escape"), ("key", "O"), ("key", "5")]
    assert heard("\x1b", 0.1, "j", 0.0, "[A") == [
        ("key", "escape"), ("key", "j"), ("key", "left_square_bracket"), ("key", "A"),
    ]  # fmt: skip


def test_two_escapes_are_two_keys():
    assert heard("\x1b\x1b") == [("key", "escape")] * 2
    assert heard("\x1b\x1b[A") == [("key", "escape"), ("key", "up")]


def test_a_key_with_alt_is_one_key():
    assert heard("\x1bj") == [("key", "alt+j")]
    # This one begins answers of the terminal as well: what follows it decides.
    assert heard("\x1bP", 0.2, "j") == [("key", "alt+shift+p"), ("key", "j")]


def test_escape_or_enter_leads_out_of_an_answer_that_never_ends():
    assert heard("\x1b]1", 0.2, "jjj\x1b", 0.2, "\x1b", 0.2, "j")[-1] == ("key", "j")
    assert heard("\x1b]1", 0.2, "jjj\rj") == [("key", "enter"), ("key", "j")]
    assert heard("\x1b]1", 0.2, "jjj\x1b[A") == [("key", "up")]


def test_a_sequence_that_another_one_cuts_off_is_dropped():
    assert heard("\x1b[<35;1\x1b[A", "j") == [("key", "up"), ("key", "j")]
    assert heard("\x1b[1;\rj") == [("key", "enter"), ("key", "j")]


def test_a_paste_whose_end_was_lost_ends_with_ctrl_c():
    assert heard("\x1b[200~abc", 100.0, "def\x03j") == [("key", "ctrl+c"), ("key", "j")]


def test_a_paste_of_any_length_ends_and_its_beginning_is_kept():
    said = heard("\x1b[200~" + "x" * 300_000 + "\x1b[201~j")
    assert said == [("paste", "x" * 100_000), ("key", "j")]


@given(st.lists(st.sampled_from([*SEQUENCES.values(), "j", "é", "\x1b[", "\x1b[<1", "\x1bO"])),
       st.data())  # fmt: skip
def test_where_reads_end_changes_nothing(parts, data):
    text = "".join(parts)
    line = Line()
    at = 0
    while at < len(text):
        size = data.draw(st.integers(1, 9))
        line.send(text[at : at + size])
        at += size
        if not text[:at].endswith("\x1b"):
            line.pause(data.draw(st.sampled_from([0.0, 0.04])))
    line.pause(2 * TAIL_S)
    assert line.heard == heard(text)


@given(st.lists(st.text(alphabet="\x1b[O<>?;:0123456789mMAuRyt~]P\\\a\x03 jé漢", max_size=12)))
def test_nothing_that_a_terminal_sends_ends_the_reading(parts):
    line = Line()
    for part in parts:
        line.send(part)
        line.pause(0.1)
    line.pause(2 * TAIL_S)
    line.send("\x1b\\\a\x1b[201~\x03")
    before = len(line.heard)
    line.send("k")
    assert line.heard[before:] == [("key", "k")]
