"""What a venue's `claims.toml` may say."""

from pathlib import Path

import pytest

from cockpit.core.errors import ConfigError
from cockpit.venues import REGISTRY
from cockpit.venues.claims import Claim, claims


def stated(text: str | None, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Claim, ...]:
    """The claims of a venue whose file says this; None for one without a file."""
    package = folder / folder.name
    (package / "odd").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    if text is not None:
        (package / "odd" / "claims.toml").write_text(text)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setitem(REGISTRY, "odd", f"{folder.name}.odd")
    return claims("odd")


def test_a_proof_alone_is_the_point_that_every_venue_has_in_its_plain_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = '[[claim]]\nproof = "sizes_are_absolute"\nstanding = "recorded"\nsource = "a tape"\n'
    (claim,) = stated(row, tmp_path, monkeypatch)
    assert claim.point == "book sizes"
    assert claim.says == "Sizes replace; 0 removes the level."


def test_a_venue_that_states_no_claims_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stated(None, tmp_path, monkeypatch) == ()


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ('proof = "it_is_true"\nstanding = "recorded"\nsource = "a tape"', "it_is_true"),
        ('standing = "rumoured"\nsource = "a tape"\npoint = "fees"\nsays = "Low."', "rumoured"),
        ('standing = "recorded"\nsource = "a tape"\npoint = "fees"', "fees"),
        ('standing = "recorded"\nsource = "a tape"\npoint = "fees"\nsay = "Low."', "say"),
    ],
)
def test_a_row_that_is_no_claim_is_told_with_its_file(
    row: str, named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError, match=rf"claims\.toml.*{named}"):
        stated(f"[[claim]]\n{row}\n", tmp_path, monkeypatch)
