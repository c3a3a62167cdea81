"""The lexicon: named cues, each a list of patterns, in TOML files beside the engine.

A cue file has `[macros]`, pieces that patterns name as `<piece>`, and `[cues]`, lists of regular expressions. Patterns
meet lower and upper case alike, a space in a pattern meets any run of white space (` ?` none too), and a pattern begins and ends at the
edge of a word.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from simcustomer.engines.embedded.nlu.phrases import PhraseIndex
from simcustomer.errors import EngineError

CUSTOMERS = "customer_"
"""What the names of cues that a customer gives begin with."""

_CAPITAL = re.compile(r"(?<!\\)[A-Z]")
_MACRO = re.compile(r"<([a-z_]+)>")


class Lexicon:
    """Cues by name, to be found in text in lower case, and words without content."""

    def __init__(self, files: Sequence[Mapping[str, tuple[str, ...]]], stop: frozenset[str]) -> None:
        """`files` hold the patterns of cues by name; `indices` find those that a customer gives (True), and all others."""
        self.stop = stop
        self._sources: dict[str, tuple[str, ...]] = {}
        for held in files:
            self._sources |= {cue: (*self._sources.get(cue, ()), *sources) for cue, sources in held.items()}
        # What one side says is not looked through for what the other says.
        self.indices = {
            theirs: PhraseIndex({cue: s for cue, s in self._sources.items() if cue.startswith(CUSTOMERS) is theirs})
            for theirs in (True, False)
        }
        self._patterns: dict[str, re.Pattern[str]] = {}

    @property
    def cues(self) -> tuple[str, ...]:
        """The names of all cues."""
        return tuple(self._sources)

    def index(self, cue: str) -> PhraseIndex:
        """What finds a cue, and others at the same time. EngineError where the lexicon has none of that name."""
        if cue not in self._sources:
            raise EngineError(f"the lexicon has no cue named {cue!r}")
        return self.indices[cue.startswith(CUSTOMERS)]

    def prepare(self) -> None:
        """Do now what the first search would do: some seconds of work."""
        for index in self.indices.values():
            index.prepare()

    def pattern(self, cue: str) -> re.Pattern[str]:
        """A cue as one pattern, for texts that are not read for all the others."""
        if cue not in self._patterns:
            self._patterns[cue] = re.compile(r"(?<!\w)(?:" + "|".join(self._sources[cue]) + r")(?!\w)")
        return self._patterns[cue]


@cache
def load_lexicon(*names: str) -> Lexicon:
    """The cues of the named files of `engines/embedded/lexicon`, together; a later file's cue adds to an earlier one's."""
    macros: dict[str, str] = {}
    held: list[dict[str, tuple[str, ...]]] = []
    stop: set[str] = set()
    for name in names:
        source = files("simcustomer.engines.embedded").joinpath("lexicon", f"{name}.toml").read_text(encoding="utf-8")
        content = tomllib.loads(source)
        macros |= content.get("macros", {})
        stop |= set(content.get("stop", {}).get("words", ()))
        cues: dict[str, list[str]] = content.get("cues", {})
        form = _either_way if name in _READ_PLAINLY else str
        held.append(
            {cue: tuple(form(_lowered(s)) for s in sources(tuple(listed), macros)) for cue, listed in cues.items()}
        )
    return Lexicon(held, frozenset(stop))


def _lowered(source: str) -> str:
    """The pattern for text that is in lower case already, where matching without regard to case would cost double."""
    return _CAPITAL.sub(lambda m: m.group().lower(), source)


_CONTRACTIONS = {
    "can't": r"(?:can't|can\s*not)",
    "cannot": r"can\s*not",
    "won't": r"(?:won't|will\s+not)",
    "shan't": r"(?:shan't|shall\s+not)",
    "ain't": r"(?:ain't|is\s+not)",
    "let's": r"(?:let's|let\s+us)",
    "n't": r"(?:n't|\s+not)",
    "'ve": r"(?:'ve|\s+have)",
    "'ll": r"(?:'ll|\s+will)",
    "'re": r"(?:'re|\s+are)",
    "'m": r"(?:'m|\s+am)",
    "'d": r"(?:'d|\s+would|\s+had)",
    "'s": r"(?:'s|\s+is|\s+has)",
}
_CONTRACTION = re.compile(
    r"(?P<behind>\(\?<[!=][^()]*\))|\b(?:can't|cannot|won't|shan't|ain't|let's)|n't|'(?:ve|ll|re|m|d|s)(?![a-z])"
)

_READ_PLAINLY = frozenset({"grading", "unsaid"})
"""Files whose patterns are looked for in plain words (`nlu.plain`), where contractions stand in full."""


def _either_way(pattern: str) -> str:
    """A pattern that meets contractions in full too. What looks behind has a fixed width and stays as it is."""
    return _CONTRACTION.sub(lambda m: m.group() if m["behind"] else _CONTRACTIONS[m.group()], pattern)


def compile_phrases(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern for any of the phrases, which are regular expressions. EngineError names one that cannot be read."""
    read = sources(phrases, {})
    for phrase, source in zip(phrases, read, strict=True):
        try:
            re.compile(source)
        except re.error as error:
            raise EngineError(f"the pattern {phrase!r} cannot be read: {error}") from error
    return re.compile(r"(?<!\w)(?:" + "|".join(read) + r")(?!\w)", re.IGNORECASE)


def sources(phrases: tuple[str, ...], macros: dict[str, str]) -> tuple[str, ...]:
    """The phrases as regular expressions, with their macros put in. EngineError names one whose macro is not there."""
    return tuple(_source(phrase, macros) for phrase in phrases)


def _source(phrase: str, macros: dict[str, str]) -> str:
    expanded = phrase
    while found := _MACRO.search(expanded):
        if found.group(1) not in macros:
            raise EngineError(f"the pattern {phrase!r} names <{found.group(1)}>, which is no macro")
        expanded = expanded.replace(found.group(), f"(?:{macros[found.group(1)]})")
    return expanded.replace(" ?", r"\s*").replace(" ", r"\s+")
