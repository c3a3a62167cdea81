"""The texts of the embedded engines, in TOML files beside this one."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def phrases(name: str) -> dict[str, Any]:
    """The content of `name.toml`."""
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))
