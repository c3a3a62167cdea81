"""Views into HTML: templates with every value escaped."""

from __future__ import annotations

from datetime import UTC, datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from simcustomer.ui.wording import Wording


class Renderer:
    """Fills the templates of this package with views and texts."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        self._templates = Environment(
            loader=PackageLoader("simcustomer.ui"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["utc"] = _utc  # pyright: ignore[reportArgumentType]
        self._templates.globals |= {"say": wording.say, "count": wording.count}  # pyright: ignore[reportAttributeAccessIssue]

    def html(self, template: str, **values: object) -> str:
        """The template `template`.html with these values; text in them cannot become markup."""
        return self._templates.get_template(f"{template}.html").render(**values)


def _utc(when: datetime) -> datetime:
    return when.astimezone(UTC)
