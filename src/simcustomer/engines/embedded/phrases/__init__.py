"""The texts of the embedded engines, in TOML files beside this one."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def phrases(name: str) -> dict[str, Any]:
    """The content of `name.toml`."""
    source = files("simcustomer.engines.embedded.phrases").joinpath(f"{name}.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))
