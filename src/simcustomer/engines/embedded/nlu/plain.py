"""A message in plain words: contractions in full, typing faults mended, slang and regional words as those that all know.

So the same thing said in another hand is read alike. What was changed is remembered, and quotes are of what was written.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from simcustomer.engines.embedded.nlu.spelling import is_known, mended
from simcustomer.engines.embedded.nlu.text import Change, Text

_TOKEN = re.compile(
    r"[^\W\d_]+\d+[^\W\d_][^\W_]*"  # letters, figures and letters again
    r"|\d+[^\W\d_]+\d[^\W_]*"  # figures, letters and figures again
    r"|[^\W\d_]+(?:'[^\W\d_]+)*'?"
)
_FIGURES = str.maketrans("013457", "oleast")
"""Figures that stand for letters in a disguised word."""

_CONTRACTED = re.compile(r"(?P<stem>.+)(?:n't|'(?P<end>ve|ll|re|m|d))")
_FULL = {"ve": "have", "ll": "will", "re": "are", "m": "am", "d": "would"}

_SHORTEST_DISGUISED = 3
"""Letters of the shortest word that is looked for behind figures."""


class _Plain(NamedTuple):
    """What stands for a word, and the kind of its table."""

    words: str
    kind: str


@lru_cache(maxsize=512)
def plain_text(raw: str) -> Text:
    """The message as it is read."""
    text = Text(raw)
    changes = [
        Change(found.start(), found.end(), plain.words, plain.kind)
        for found in _TOKEN.finditer(text.even)
        if (plain := _plainly(found.group()))
    ]
    return text.changed(changes) if changes else text


@lru_cache(maxsize=20_000)
def _plainly(written: str) -> _Plain | None:
    """What stands for a word as it was written, with a capital where it has one; None where it stands as it is."""
    plain = _undisguised(written) if any(map(str.isdigit, written)) else _plain(written.lower()) or _mended(written)
    if plain is None or not written[0].isupper():
        return plain
    return _Plain(plain.words[0].upper() + plain.words[1:], plain.kind)


@lru_cache(maxsize=20_000)
def _plain(word: str) -> _Plain | None:
    known = _tables().get(word) or (_tables().get(word.rstrip("'")) if word.endswith("'") else None)
    if known is not None:
        return known
    found = _CONTRACTED.fullmatch(word)
    if found is None:
        return None
    before = _plain(found["stem"])
    full = _FULL[found["end"]] if found["end"] else "not"
    return _Plain(f"{before.words if before else found['stem']} {full}", "contractions")


def _mended(written: str) -> _Plain | None:
    if not written.islower():
        return None  # a name may be spelt in any way
    word = mended(written)
    return _Plain(word, "misspelt") if word else None


def _undisguised(written: str) -> _Plain | None:
    """The word behind one in which figures stand for letters ("s0m30n3"); not what is written with figures, such as "4pm"."""
    for figures in (_FIGURES, _FIGURES | {ord("1"): "i"}):
        word = written.lower().translate(figures)
        if len(word) >= _SHORTEST_DISGUISED and word.isalpha() and is_known(word):
            return _Plain(word, "misspelt")
    return None


@cache
def _tables() -> dict[str, _Plain]:
    source = files("simcustomer.engines.embedded").joinpath("lexicon", "plain.toml").read_text(encoding="utf-8")
    return {
        word: _Plain(words, kind)
        for kind, table in tomllib.loads(source).items()
        for word, words in table.items()
        if word != words
    }
