"""A small OpenID Connect provider on this machine, which signs in whom it is told to, and lies where it is told to."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

CLIENT, CLIENT_SECRET = "simcustomer", "a secret of the client"

Claims = dict[str, Any]


@dataclass
class OidcProvider:
    """`person` are the claims of whoever signs in next; `lie` changes the claims of the token that says so.

    `signs` is how tokens are signed: "RS256", or as an attacker would: "none", "HS256" with the client's secret, and
    "stranger" with a key that is not the provider's.
    """

    issuer: str = ""
    person: Claims = field(default_factory=lambda: {"sub": "1", "preferred_username": "ann"})
    lie: Claims = field(default_factory=dict)
    signs: str = "RS256"
    down: bool = False
    challenges: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)
    _key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"}))

    def app(self) -> FastAPI:
        app = FastAPI()
        for path, handler in (
            ("/.well-known/openid-configuration", self.metadata),
            ("/authorize", self.authorize),
            ("/token", self.token),
            ("/keys", self.keys),
        ):
            app.add_route(path, handler, methods=["GET", "POST"])
        return app

    async def metadata(self, _: Request) -> Response:
        if self.down:
            return Response("<html>out of order", 503)
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            }
        )

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(12)
        self._codes[code] = asked
        self.challenges.append(asked["code_challenge"])
        back = urlencode({"code": code, "state": asked["state"], "iss": self.issuer})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 302)

    async def token(self, request: Request) -> Response:
        sent = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        shown = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        asked = self._codes.pop(sent["code"], None)
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        )
        is_right = (
            asked is not None
            and shown.startswith(f"{CLIENT}:")
            and asked["code_challenge"] == challenge
            and asked["redirect_uri"] == sent["redirect_uri"]
        )
        if not is_right or asked is None:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 60,
            "nonce": asked["nonce"],
            **self.person,
        }
        claims = {name: value for name, value in {**claims, **self.lie}.items() if value is not None}
        return JSONResponse({"access_token": "opaque", "token_type": "Bearer", "id_token": self._signed(claims)})

    async def keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [self._key.as_dict(private=False)]})

    def _signed(self, claims: Claims) -> str:
        if self.signs == "none":
            parts = [json.dumps(part).encode() for part in ({"alg": "none", "kid": "k1"}, claims)]
            return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."
        if self.signs == "HS256":
            key = OctKey.import_key(CLIENT_SECRET.ljust(32, "."))
            return jwt.encode({"alg": "HS256", "kid": "k1"}, claims, key)
        key = RSAKey.generate_key(2048) if self.signs == "stranger" else self._key
        return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, key)
