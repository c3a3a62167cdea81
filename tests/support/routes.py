"""Every route of an app, those of what is mounted in it too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")


class Way(NamedTuple):
    """A method and the template of a path."""

    method: str
    path: str

    def filled(self, values: Mapping[str, str]) -> str:
        """The path with its parameters in place; one that is not named is `x`."""
        return _PARAMETER.sub(lambda found: values.get(found[1], "x"), self.path)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of what stands in the path."""
        return tuple(_PARAMETER.findall(self.path))


def ways(app: Any) -> list[Way]:
    """All of them, once."""
    return sorted(set(_ways(app.routes, "")))


def _ways(routes: Any, before: str) -> Iterator[Way]:
    for route in routes:
        if hasattr(route, "effective_candidates"):  # FastAPI keeps the routers that were included as they were
            yield from _ways([*route.effective_candidates(), *route.effective_low_priority_routes()], before)
        elif hasattr(route, "methods"):
            yield from (Way(method, before + route.path) for method in route.methods or ("GET",))
        else:
            inner = getattr(route, "app", route)
            assert hasattr(inner, "routes"), f"a route of an unknown kind: {route!r}"
            yield from _ways(inner.routes, before + getattr(route, "path", ""))
