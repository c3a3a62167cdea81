"""What a good reply looks like: techniques, what shows them, and the rules that turn findings into levels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from operator import mul
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from simcustomer.domain.model import Frozen

Level = Literal[0, 1, 2, 3]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(-[a-z0-9_]+)*$", max_length=60)]


def _as_number(key: object) -> object:
    """A level as a number; as a field name in YAML and JSON it is text."""
    return int(key) if isinstance(key, str) and key.isdigit() else key


LevelName = Annotated[Level, BeforeValidator(_as_number)]
EarnedLevelName = Annotated[Literal[1, 2, 3], BeforeValidator(_as_number)]

ALWAYS = "always"
USED: int = 2
"""Level from which a technique that nothing called for counts as used."""

LEVELS: tuple[Level, ...] = (0, 1, 2, 3)


class Technique(Frozen):
    """One thing a good reply does.

    `levels` says which indicators earn a level: each entry is one way to reach it, `a + b` meaning both, and the word
    `always` meaning that nothing is needed. `caps` is the most that a reply can reach which shows a misstep. `whole` are
    signs of a reply as a whole, which any of its sentences can stand for; `absent` are missteps that can consist in words
    not being there.
    """

    id: Identifier
    name: str
    asks: str
    applies: str
    guidance: str | None = None
    indicators: dict[Identifier, str]
    missteps: dict[Identifier, str]
    anchors: dict[LevelName, str]
    levels: dict[EarnedLevelName, tuple[str, ...]]
    caps: dict[Identifier, Literal[0, 1, 2]]
    weight: Annotated[float, Field(gt=0, le=10)] = 1.0
    # Left out where empty, so that the hash of a rubric that has none stays what it was.
    whole: tuple[str, ...] = Field(default=(), exclude_if=lambda names: not names)
    absent: tuple[str, ...] = Field(default=(), exclude_if=lambda names: not names)

    @field_validator("anchors")
    @classmethod
    def _every_level_described(cls, anchors: dict[Level, str]) -> dict[Level, str]:
        if missing := [str(level) for level in LEVELS if level not in anchors]:
            raise ValueError(f"describe every level from 0 to 3; missing: {', '.join(missing)}")
        return anchors

    @model_validator(mode="after")
    def _rules_name_known_signs(self) -> Self:
        for level, ways in self.levels.items():
            for way in ways:
                for name in _parts(way):
                    if name not in self.indicators:
                        raise ValueError(
                            f"levels.{level} names {name!r}, which is not an indicator of {self.id}; "
                            f"use one of {', '.join(self.indicators)} or the word always"
                        )
        for name in self.caps:
            if name not in self.missteps:
                raise ValueError(f"caps names {name!r}, which is not a misstep of {self.id}")
        if uncapped := [name for name in self.missteps if name not in self.caps]:
            raise ValueError(f"caps must say the highest level beside every misstep; missing: {', '.join(uncapped)}")
        return self

    @model_validator(mode="after")
    def _marks_name_known_signs(self) -> Self:
        if unknown := [name for name in self.whole if name not in {**self.indicators, **self.missteps}]:
            raise ValueError(f"whole names {unknown[0]!r}, which is neither an indicator nor a misstep of {self.id}")
        if unknown := [name for name in self.absent if name not in self.missteps]:
            raise ValueError(f"absent names {unknown[0]!r}, which is not a misstep of {self.id}")
        return self

    def level(
        self, *, occasion: bool, indicators: Iterable[str], missteps: Iterable[str], estimate: Level | None = None
    ) -> Level | None:
        """The level that these findings earn; None where the technique was neither called for nor really used.

        A little of a technique that nothing called for is no weakness: without occasion, signs that earn less than `USED` and
        no misstep give no level.
        An `estimate` of the whole takes the place of what the indicators earn; without an indicator it can only lower what is
        `ALWAYS` earned.
        """
        shown, wrong = frozenset(indicators), frozenset(missteps)
        if not occasion and not shown and not wrong:
            return None
        earned = self._earned(shown)
        if estimate is not None:
            earned = estimate if shown else LEVELS[min(earned, estimate)]
        if not occasion and not wrong and earned < USED:
            return None
        return LEVELS[min([earned, *(self.caps[name] for name in wrong)])]

    def _earned(self, shown: frozenset[str]) -> Level:
        """The highest level that one of its ways leads to."""
        reached = [level for level, ways in self.levels.items() if any(_parts(way) <= shown for way in ways)]
        return LEVELS[max(reached, default=0)]


def _whole(numbers: Iterable[float]) -> tuple[list[int], int]:
    """The same numbers as whole ones of a unit, and how many units make 1: a float is so many of a power of two."""
    ratios = [number.as_integer_ratio() for number in numbers]
    unit = max(parts for _, parts in ratios)
    return [count * (unit // parts) for count, parts in ratios], unit


@lru_cache(maxsize=512)
def _parts(way: str) -> frozenset[str]:
    """`"a + b"` as the set of its indicators; `always` needs none."""
    return frozenset(part.strip() for part in way.split("+")) - {ALWAYS}


class Rubric(Frozen):
    """A set of techniques with one scale, and the arithmetic from their levels to scores.

    `overall_from` holds the lowest mean level at which a reply as a whole is 1, 2 and 3. `pass_mark` is out of 100.
    """

    id: Identifier
    version: Annotated[int, Field(ge=1)]
    title: str
    scale: dict[Literal["min", "max"], int]
    pass_mark: Annotated[int, Field(ge=0, le=100)]
    overall_from: tuple[float, float, float]
    techniques: tuple[Technique, ...] = Field(min_length=1)

    @field_validator("scale")
    @classmethod
    def _fixed_scale(cls, scale: dict[Literal["min", "max"], int]) -> dict[Literal["min", "max"], int]:
        if scale != {"min": 0, "max": 3}:
            raise ValueError("the scale is {min: 0, max: 3}; levels keep their meaning across rubrics")
        return scale

    @field_validator("overall_from")
    @classmethod
    def _bounds_rise(cls, bounds: tuple[float, float, float]) -> tuple[float, float, float]:
        if not 0 < bounds[0] < bounds[1] < bounds[2] <= 3:
            raise ValueError("the three bounds must rise and lie above 0 and at most at 3, for example [0.9, 1.5, 2.2]")
        return bounds

    @field_validator("techniques")
    @classmethod
    def _ids_differ(cls, techniques: tuple[Technique, ...]) -> tuple[Technique, ...]:
        seen: set[str] = set()
        for technique in techniques:
            if technique.id in seen:
                raise ValueError(f"the technique id {technique.id!r} is used twice; each needs its own")
            seen.add(technique.id)
        return techniques

    @property
    def ids(self) -> tuple[str, ...]:
        """Technique ids in the rubric's order."""
        return tuple(technique.id for technique in self.techniques)

    def technique(self, technique_id: str) -> Technique:
        """The technique of that id; KeyError where there is none."""
        for technique in self.techniques:
            if technique.id == technique_id:
                return technique
        raise KeyError(technique_id)

    def mean_level(self, levels: Mapping[str, float | None]) -> float | None:
        """Weighted mean (0-3) over the techniques that have a level; None where none has."""
        held = [(t.weight, value) for t in self.techniques if (value := levels.get(t.id)) is not None]
        if not held:
            return None
        # In whole numbers: the mean of equal levels must be that level, whatever the order and the weights.
        weights, _ = _whole([weight for weight, _ in held])
        values, unit = _whole([value for _, value in held])
        return sum(map(mul, weights, values)) / (sum(weights) * unit)

    def overall(self, levels: Mapping[str, Level | None]) -> Level | None:
        """One reply as a whole, 0-3; None where no technique has a level."""
        mean = self.mean_level(levels)
        if mean is None:
            return None
        return LEVELS[sum(mean >= bound for bound in self.overall_from)]
