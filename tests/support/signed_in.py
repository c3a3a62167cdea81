"""Two people with accounts, and what each of their browsers may be given to do by hand."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from simcustomer import wiring
from simcustomer.domain.accounts import Role
from simcustomer.settings import Settings
from simcustomer.signing_in import Doorkeeper
from simcustomer.store import Store

PASSWORD = "a bench under the old lime tree"  # noqa: S105  # of accounts that live as long as a test


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str
    cookies: list[str]


@dataclass
class Browser:
    """A browser without a page: it keeps cookies, and sends what a test tells it to."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: str | bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies and "Cookie" not in named:
            named["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body and "Content-Type" not in named:
            named["Content-Type"] = "application/json"
        try:
            connection.request(method, path, body, named)
            response = connection.getresponse()
            set_cookies = [value for name, value in response.getheaders() if name.lower() == "set-cookie"]
            for text in set_cookies:
                for morsel in SimpleCookie(text).values():
                    self.cookies.pop(morsel.key, None)
                    if morsel["max-age"] != "0":
                        self.cookies[morsel.key] = morsel.value
            found = {k.lower(): v for k, v in response.getheaders()}
            try:
                text = response.read()
            except (
                http.client.IncompleteRead
            ) as cut:  # Gradio breaks a stream off that was asked for under no one's name
                text = cut.partial
            return Answer(response.status, found, text.decode(), set_cookies)
        finally:
            connection.close()

    def send(self, path: str, *, origin: str | None = None, **fields: str) -> Answer:
        """Send a form as a page of ours does."""
        named = {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin or self.origin}
        return self.ask("POST", path, urlencode(fields), **named)

    def sign_in(self, name: str, password: str = PASSWORD, **fields: str) -> Answer:
        return self.send("/sign-in", name=name, password=password, **fields)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def config(self) -> dict[str, Any]:
        return json.loads(self.ask("GET", "/config").text)

    def join(self, function: int, data: list[Any], session_hash: str, query: str = "") -> Answer:
        body = {
            "data": data,
            "fn_index": function,
            "trigger_id": None,
            "session_hash": session_hash,
            "event_data": None,
        }
        return self.ask("POST", f"/gradio_api/queue/join?{query}", json.dumps(body))

    def events(self, session_hash: str) -> str:
        return self.ask("GET", f"/gradio_api/queue/data?session_hash={session_hash}").text

    def load(self, query: str, session_hash: str) -> str:
        """What the page at this address is filled with."""
        function = next(
            d["id"] for d in self.config()["dependencies"] if any(event == "load" for _, event in d["targets"])
        )
        assert self.join(function, [], session_hash, query).status == 200
        return self.events(session_hash)


def doorkeeper(store: Store, **roles: tuple[Role, ...]) -> Doorkeeper:
    """Accounts of these names and roles, with one password."""
    accounts = wiring.accounts(store)
    for name, given in roles.items():
        accounts.add(name, password=PASSWORD, roles=given)
    return wiring.doorkeeper(Settings(), store)
