"""Pages outside the app: for those who have not signed in, or may not enter. They work without scripts."""

from __future__ import annotations

import re
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from simcustomer.domain.accounts import Visitor
from simcustomer.ui.rendering import Renderer

SHEETS = ("base.css", "accounts.css", "head.css", "touch.css")

_DARK = re.compile(r"^:root \.dark[^{]*\{([^}]*)\}", re.MULTILINE)


class Outside:
    """Makes the pages, in the look of the others."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        sheets = [files("simcustomer.ui").joinpath("styles", name).read_text(encoding="utf-8") for name in SHEETS]
        # Gradio puts a class on the page where dark is preferred; a page without scripts asks the browser.
        dark = "".join(
            f"@media (prefers-color-scheme: dark) {{ :root {{{colours}}} }}\n" for colours in _DARK.findall(sheets[0])
        )
        self.styles = "\n".join([sheets[0], dark, *sheets[1:]])

    def say(self, key: str, /, **values: object) -> str:
        """An interface text."""
        return self._renderer.wording.say(key, **values)

    def page(self, template: str, status: int = 200, **values: object) -> Response:
        """The page of a template."""
        language = self._renderer.wording.language
        return HTMLResponse(self._renderer.html(template, language=language, **values), status)

    def refused(
        self, request: Request, key: str, *, status: int = 403, visitor: Visitor | None = None, home: str | None = None
    ) -> Response:
        """A page that says in a sentence why there is no other."""
        if request.method == "HEAD":
            return Response(status_code=status)
        return self.page("outside_refused", status, told=self.say(key), visitor=visitor, home=home)
