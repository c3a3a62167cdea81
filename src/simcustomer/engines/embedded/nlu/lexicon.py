"""The lexicon: named cues, each a list of patterns, in TOML files beside the engine.

A cue file has `[macros]`, pieces that patterns name as `<piece>`, and `[cues]`, lists of regular expressions. Patterns
meet lower and upper case alike, a space in a pattern meets any run of white space (` ?` none too), and a pattern begins and ends at the
edge of a word.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from simcustomer.errors import EngineError

_CAPITAL = re.compile(r"(?<!\\)[A-Z]")
_MACRO = re.compile(r"<([a-z_]+)>")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Compiled cues by name, to be matched against text in lower case, and words without content."""

    cues: dict[str, re.Pattern[str]]
    stop: frozenset[str]

    def pattern(self, cue: str) -> re.Pattern[str]:
        """The pattern of a cue; EngineError where the lexicon has none of that name."""
        try:
            return self.cues[cue]
        except KeyError:
            raise EngineError(f"the lexicon has no cue named {cue!r}") from None


@cache
def load_lexicon(*names: str) -> Lexicon:
    """The cues of the named files of `engines/embedded/lexicon`, together; a later file's cue adds to an earlier one's."""
    macros: dict[str, str] = {}
    patterns: dict[str, list[str]] = {}
    stop: set[str] = set()
    for name in names:
        source = files("simcustomer.engines.embedded").joinpath("lexicon", f"{name}.toml").read_text(encoding="utf-8")
        content = tomllib.loads(source)
        macros |= content.get("macros", {})
        stop |= set(content.get("stop", {}).get("words", ()))
        for cue, listed in content.get("cues", {}).items():
            patterns.setdefault(cue, []).extend(listed)
    return Lexicon(
        cues={cue: compile_phrases(tuple(listed), macros, lowered=True) for cue, listed in patterns.items()},
        stop=frozenset(stop),
    )


_CONTRACTIONS = {
    "can't": "(?:can't|can ?not)",
    "cannot": "can ?not",
    "won't": "(?:won't|will not)",
    "shan't": "(?:shan't|shall not)",
    "ain't": "(?:ain't|is not)",
    "let's": "(?:let's|let us)",
    "n't": "(?:n't| not)",
    "'ve": "(?:'ve| have)",
    "'ll": "(?:'ll| will)",
    "'re": "(?:'re| are)",
    "'m": "(?:'m| am)",
    "'d": "(?:'d| would| had)",
    "'s": "(?:'s| is| has)",
}
_CONTRACTION = re.compile(
    r"(?P<behind>\(\?<[!=][^()]*\))|\b(?:can't|cannot|won't|shan't|ain't|let's)|n't|'(?:ve|ll|re|m|d|s)(?![a-z])"
)


def _either_way(pattern: str) -> str:
    """A pattern that meets contractions in full too. What looks behind has a fixed width and stays as it is."""
    return _CONTRACTION.sub(lambda m: m.group() if m["behind"] else _CONTRACTIONS[m.group()], pattern)


def compile_phrases(
    phrases: tuple[str, ...], macros: dict[str, str] | None = None, *, lowered: bool = False
) -> re.Pattern[str]:
    """One pattern for any of the phrases, which are regular expressions. EngineError names one that cannot be read.

    `lowered` is for text that is in lower case already, where matching without regard to case would cost double.
    """
    pieces: list[str] = []
    for phrase in phrases:
        expanded = phrase
        while found := _MACRO.search(expanded):
            if found.group(1) not in (macros or {}):
                raise EngineError(f"the pattern {phrase!r} names <{found.group(1)}>, which is no macro")
            expanded = expanded.replace(found.group(), f"(?:{(macros or {})[found.group(1)]})")
        expanded = _either_way(expanded).replace(" ?", r"\s*").replace(" ", r"\s+")
        try:
            re.compile(expanded)
        except re.error as error:
            raise EngineError(f"the pattern {phrase!r} cannot be read: {error}") from error
        pieces.append(expanded)
    joined = r"(?<!\w)(?:" + "|".join(pieces) + r")(?!\w)"
    return (
        re.compile(_CAPITAL.sub(lambda m: m.group().lower(), joined)) if lowered else re.compile(joined, re.IGNORECASE)
    )
