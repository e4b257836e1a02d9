"""Themes: readable, exact in 256 colours, and a bad one costs a sentence, never the screen."""

import math
import os
import re
from itertools import combinations

import pytest
from rich._palettes import EIGHT_BIT_PALETTE
from rich.color import ColorSystem
from rich.style import Style

from cockpit.core.errors import ConfigError
from cockpit.terminal.renderer.palette import Palette
from cockpit.terminal.renderer.sgr import Depth, SgrTable
from cockpit.ui.theme.capabilities import Terminal
from cockpit.ui.theme.themes import (
    ROLES,
    VENUE_COLOURS,
    load_theme,
    read_theme,
    shipped_dir,
    theme_names,
)
from tests.terminal.seats import Seat

SHIPPED = sorted(path.stem for path in shipped_dir().glob("*.toml"))
IN_HEX = [name for name in SHIPPED if load_theme(name).background != "default"]
QUIET = {"dim": 3.5, "stale": 3.5, "frame": 1.2, "frame_focus": 2.0, "bid_bar": 1.2, "ask_bar": 1.2}
"""Roles that may be fainter than text, and how faint."""
SIZE = (120, 40)


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, as WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def test_the_promised_themes_are_there():
    assert set(SHIPPED) == {"dark", "light", "high-contrast", "colour-blind", "ansi-16"}
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)


@pytest.mark.parametrize("name", IN_HEX)
def test_text_is_readable_on_every_step_of_heat_and_everywhere_else(name):
    theme = load_theme(name)
    for role, (fore, back) in theme.roles.items():
        least = QUIET.get(role, 4.5)
        assert contrast(fore, back or theme.background) >= least, (role, fore, back)


def test_high_contrast_is_what_it_says():
    theme = load_theme("high-contrast")
    for role in ("text", "number", "dim", "stale", "gain", "loss", "warn"):
        assert contrast(theme.roles[role][0], theme.background) >= 7, role


@pytest.mark.parametrize("name", IN_HEX)
def test_every_colour_is_one_of_the_256_and_is_sent_as_it(name):
    theme = load_theme(name)
    cell_styles = SgrTable(Depth(ColorSystem.EIGHT_BIT))
    for fore, back in theme.roles.values():
        for colour in filter(None, (fore, back, theme.background)):
            assert rgb(colour) in {tuple(EIGHT_BIT_PALETTE[n]) for n in range(16, 256)}, colour
            sent = cell_styles.step(None, cell_styles.of(Style(color=colour))[0])
            number = int(sent.removesuffix("m").rpartition(";")[2])
            assert tuple(EIGHT_BIT_PALETTE[number]) == rgb(colour)


@pytest.mark.parametrize("name", IN_HEX)
def test_the_nine_steps_of_heat_are_nine_looks(name):
    theme = load_theme(name)
    heat = [theme.roles[role] for role in ROLES if role.startswith("heat")]
    assert len(heat) == len(set(heat)) == 9


def apart(one: tuple[str, str], other: tuple[str, str]) -> float:
    """Distance in Oklab, hue counted over lightness: under 0.1 thin lines look alike."""
    a, b = oklab(one[0]), oklab(other[0])
    return math.sqrt(
        (0.8 * (a[0] - b[0])) ** 2
        + sum((1.6 * (x - y)) ** 2 for x, y in zip(a[1:], b[1:], strict=True))
    )


def oklab(colour: str) -> tuple[float, ...]:
    """Björn Ottosson's Oklab (2020) of #rrggbb."""
    parts = [c / 255 for c in rgb(colour)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    long, medium, short = (
        (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3),
        (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3),
        (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3),
    )
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


@pytest.mark.parametrize("name", IN_HEX)
def test_no_two_venues_look_alike(name):
    theme = load_theme(name)
    colours = [theme.roles[f"venue{number}"] for number in range(1, VENUE_COLOURS + 1)]
    assert min(apart(one, other) for one, other in combinations(colours, 2)) >= 0.1


@pytest.mark.parametrize("name", SHIPPED)
def test_eleven_venues_are_told_apart_by_the_names_of_sixteen_colours(name):
    theme = load_theme(name)
    assert len({theme.ansi[f"venue{number}"] for number in range(1, 12)}) == 11


def hue(colours: tuple[str, str]) -> str:
    """What is seen of a name first: what it stands on, else what it is written in."""
    return (colours[1] or colours[0]).removeprefix("bright_")


@pytest.mark.parametrize("name", SHIPPED)
def test_in_sixteen_colours_no_venue_looks_lost_and_the_first_is_like_no_other(name):
    theme = load_theme(name)
    first, *others = (theme.ansi[f"venue{number}"] for number in range(1, 11))
    assert theme.ansi["stale"] not in (first, *others)
    if name == "colour-blind":  # red and green cannot be told apart: brightness has to help
        return
    assert hue(first) not in {hue(other) for other in others}


NAMES = (
    "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
    "bright_black", "bright_red", "bright_green", "bright_yellow", "bright_blue",
    "bright_magenta", "bright_cyan", "bright_white",
)  # fmt: skip
TERMINALS = {
    "xterm": "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 "
    "7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff",
    "VGA": "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa "
    "555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff",
    "Visual Studio Code": "000000 cd3131 0dbc79 e5e510 2472c8 bc3fbc 11a8cd e5e5e5 "
    "666666 f14c4c 23d18b f5f543 3b8eea d670d6 29b8db e5e5e5",
    "Tango": "000000 cc0000 4e9a06 c4a000 3465a4 75507b 06989a d3d7cf "
    "555753 ef2929 8ae234 fce94f 729fcf ad7fa8 34e2e2 eeeeec",
    "Campbell": "0c0c0c c50f1f 13a10e c19c00 0037da 881798 3a96dd cccccc "
    "767676 e74856 16c60c f9f1a5 3b78ff b4009e 61d6d6 f2f2f2",
}
"""What widespread terminals show for the sixteen names, in their order."""
QUIET_NAMES = {
    "dim": 2.7, "stale": 2.7, "frame": 2.7, "frame_focus": 2.7, "bid_bar": 2.5, "ask_bar": 2.5,
    **{f"venue{number}": 1.95 for number in range(1, VENUE_COLOURS + 1)},
}  # fmt: skip
"""No name is readable everywhere: bright black on black is 2.8 in two of these. Of ten venues some
have to be cyan, green or magenta: their names are known, and lines are lines."""


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("shown", TERMINALS)
def test_sixteen_colours_are_readable_in_widespread_terminals(name, shown):
    theme = load_theme(name)
    colours = dict(zip(NAMES, (f"#{c}" for c in TERMINALS[shown].split()), strict=True))
    ground = "black" if theme.dark else "bright_white"
    colours["default"] = colours["white" if theme.dark else "black"]
    for role, (fore, back) in theme.ansi.items():
        seen = contrast(colours[fore], colours[back or ground])
        assert seen >= QUIET_NAMES.get(role, 3.1), (role, fore, back)


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("shown", TERMINALS)
def test_ten_venues_are_told_apart_in_sixteen_colours(name, shown):
    """Yellow and bright yellow are one colour in some terminals, red and bright red hardly two."""
    theme = load_theme(name)
    colours = dict(zip(NAMES, (f"#{c}" for c in TERMINALS[shown].split()), strict=True))
    venues = [theme.ansi[f"venue{number}"] for number in range(1, 11)]
    for one, other in combinations(venues, 2):
        if one[1] == other[1]:
            assert apart((colours[one[0]], ""), (colours[other[0]], "")) >= 0.06, (one, other)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_cursor_looks_like_no_step_of_heat(name):
    theme = load_theme(name)
    heat = [role for role in ROLES if role.startswith("heat")]
    assert theme.ansi["cursor"] not in [theme.ansi[role] for role in heat]
    if name in IN_HEX:
        _, ground = theme.roles["cursor"]
        for role in heat:
            fore, back = theme.roles[role]
            assert apart((ground, ""), (back or theme.background, "")) >= 0.1, (role, fore)


@pytest.mark.parametrize("name", IN_HEX)
def test_no_venue_has_the_colour_of_a_gain_a_loss_a_warning_or_the_cursor(name):
    theme = load_theme(name)
    venues = {theme.roles[f"venue{number}"][0] for number in range(1, VENUE_COLOURS + 1)}
    for role in ("gain", "loss", "warn", "accent", "bid", "ask", "stale", "dim"):
        assert theme.roles[role][0] not in venues, role


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("depth", ["truecolor", "256", "16", "none"])
def test_the_name_of_the_focused_pane_looks_like_no_other(name, depth):
    palette = Palette(load_theme(name), terminal(depth))
    assert palette.style("title_focus") != palette.style("title")


def test_a_theme_made_for_eight_venues_is_still_one(tmp_path):
    old = "\n".join(
        line
        for line in (shipped_dir() / "dark.toml").read_text().splitlines()
        if not re.match(r"venue(9|1\d) ", line)
    )
    (tmp_path / "mine.toml").write_text(old)
    theme = load_theme("mine", tmp_path)
    assert theme.roles["venue9"] == theme.roles["venue1"]
    assert theme.ansi["venue14"] == theme.ansi["venue6"]


def test_colour_blind_keeps_gain_from_loss_without_red_and_green():
    """Blue is mostly blue, orange has hardly any: that difference survives every red-green loss."""
    theme = load_theme("colour-blind")
    for cool, warm in (("gain", "loss"), ("bid", "ask"), ("ok", "danger")):
        _, _, blue = rgb(theme.roles[cool][0])
        warm_fore, warm_back = theme.roles[warm]
        assert blue >= 0xD7
        assert rgb(warm_back or warm_fore)[2] <= 0x5F


def test_the_theme_of_names_uses_the_terminals_own_colours_at_every_depth():
    theme = load_theme("ansi-16")
    assert not any("#" in fore + back for fore, back in theme.roles.values())
    for depth in ("truecolor", "256", "16"):
        palette = Palette(theme, terminal(depth))
        style = palette.style("gain")
        assert style.color is not None
        assert style.color.number == 2
        assert style.bgcolor is None or style.bgcolor.is_default
        assert palette.is_native


def terminal(depth: str) -> Terminal:
    return Terminal(
        color=depth, color_reason="", glyphs="braille", glyphs_reason="", over_ssh=False
    )  # type: ignore[arg-type]


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("depth", ["truecolor", "256", "16", "none"])
def test_every_role_has_a_style_at_every_depth(name, depth):
    palette = Palette(load_theme(name), terminal(depth))
    assert all(palette.style(role) is not None for role in ROLES)


@pytest.mark.parametrize(("name", "number"), [("dark", 0), ("light", 15)])
def test_a_theme_is_as_dark_or_light_as_it_says_on_sixteen_colours_too(name, number):
    palette = Palette(load_theme(name), terminal("16"))
    assert palette.style("text").bgcolor.number == number


def test_without_colour_nothing_is_coloured():
    palette = Palette(load_theme("dark"), terminal("none"))
    assert all(palette.style(role).color is None for role in ROLES)


def dark_with(old: str, new: str) -> str:
    text = (shipped_dir() / "dark.toml").read_text()
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('gain = "#5fd787"', 'gian = "#5fd787"', ["roles.gian", "'gain'"]),
        ('gain = "#5fd787"', "", ["roles.gain", "missing"]),
        ('gain = "#5fd787"', 'gain = "greenish"', ["roles.gain", "'greenish'", "#rrggbb"]),
        ('gain = "#5fd787"', 'gain = "#5fd78"', ["roles.gain", "'#5fd78'"]),
        ('gain = "#5fd787"', "gain = 5", ["roles.gain", "5 is no colour"]),
        ('gain = "green"', 'gain = "#00ff00"', ["ansi.gain", "names"]),
        ('background = "#080808"', 'background = "black"', ["background", "'black'"]),
        ('background = "#080808"', 'background = "default"', ["background", "'default'"]),
        ("dark = true", 'dark = "yes"', ["dark", "true or false"]),
        ('"title"]', '"titel"]', ["bold", "'titel'", "'title'"]),
        ("dark = true", "dark = true\nlight = 3", ["light", "unknown key"]),
        ("[roles]", "[roles", ["TOML"]),
    ],
)
def test_a_bad_theme_is_one_sentence_that_names_the_place(tmp_path, old, new, words):
    path = tmp_path / "mine.toml"
    path.write_text(dark_with(old, new))
    with pytest.raises(ConfigError) as caught:
        read_theme(path)
    message = caught.value.ui_message
    assert message.startswith(str(path))
    for word in words:
        assert word in message


def test_the_traders_own_theme_wins_over_a_shipped_one_of_its_name(tmp_path):
    (tmp_path / "dark.toml").write_text(dark_with('gain = "#5fd787"', 'gain = "#00ff00"'))
    (tmp_path / "mine.toml").write_text(dark_with('gain = "#5fd787"', 'gain = "#00ffff"'))
    assert load_theme("dark", tmp_path).roles["gain"] == ("#00ff00", "")
    assert set(theme_names(tmp_path)) == {*SHIPPED, "mine"}
    with pytest.raises(ConfigError, match="did you mean 'mine'"):
        load_theme("mien", tmp_path)


def own_theme(home, text):
    folder = home / "config" / "themes"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "dark.toml"
    path.write_text(text)
    return path


async def test_a_bad_theme_is_one_toast_and_the_shipped_one(own_home):
    own_theme(own_home, dark_with('gain = "#5fd787"', 'gain = "greenish"'))
    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        for _ in range(50):
            await pilot.pause()
            if app.told:
                break
        assert len(app.told) == 1
        assert "'greenish'" in app.told[0]
        assert app.palette.theme.roles["gain"] == ("#5fd787", "")


async def test_an_edited_theme_is_worn_again_and_a_broken_edit_is_one_toast(own_home):
    path = own_theme(own_home, dark_with('gain = "#5fd787"', 'gain = "#00ff00"'))
    app = Seat()
    async with app.run_test(size=SIZE):
        assert app.palette.theme.roles["gain"][0] == "#00ff00"
        own_theme(own_home, dark_with('gain = "#5fd787"', 'gain = "#00ffff"'))
        os.utime(path, ns=(1, 1))
        app._reload_theme()
        assert app.palette.style("gain").color.name == "#00ffff"
        path.write_text("[roles")
        os.utime(path, ns=(2, 2))
        app._reload_theme()
        app._reload_theme()
        assert len(app.told) == 1
        assert app.palette.theme.roles["gain"][0] == "#00ffff"


@pytest.mark.usefixtures("own_home")
async def test_themes_are_worn_while_looking_and_escape_puts_the_old_one_back():
    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("t", "down")
        looked_at = app.screen.choice.id
        assert looked_at != "dark"
        assert app.palette.theme.name == looked_at
        await pilot.press("escape")
        assert app.palette.theme.name == "dark"
        await pilot.press("t", *"light", "enter")
        assert app.palette.theme.name == "light"
        assert app.workspace.styles.background.hex.lower() == app.palette.theme.background


@pytest.mark.usefixtures("own_home")
async def test_every_theme_can_be_worn_on_the_running_screen():
    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        for name in (*SHIPPED, "dark"):
            app.wear(load_theme(name))
            await pilot.pause()
            assert app.native_ansi_color is (name == "ansi-16")
