"""Serving the built web client: hashed assets kept for a year, every other path the page, strict headers on all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from aiohttp import web

from .errors import NoSuchPath

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_NOT_THE_PAGE: Final = ("/api/", "/rt/", "/dicomweb/", "/fhir/", "/assets/")
_POLICY: Final = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; worker-src 'self' blob:; "
    "frame-src 'self' blob:; connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=(), display-capture=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def security_headers(*, secure: bool) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """The signal that puts the policy on every answer just before its headers go out, streams and errors included."""
    fixed = dict(_HEADERS)
    if secure:
        fixed["Strict-Transport-Security"] = "max-age=31536000"

    async def add(request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Server"] = "lianyi"  # which versions serve is nobody's business
        if request.path.startswith("/assets/"):
            response.headers.setdefault("X-Content-Type-Options", "nosniff")
            return  # a policy is a document's; on every script it would only weigh on a weak line
        for name, value in fixed.items():
            response.headers.setdefault(name, value)
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")

    return add


def serve_pages(app: web.Application, built: Path) -> None:
    """Serve the build when there is one."""
    page = built / "index.html"
    root = built.resolve()
    if (built / "assets").is_dir():
        app.router.add_get("/assets/{path:.+}", _assets(built / "assets"))

    async def show(request: web.Request) -> web.StreamResponse:
        if request.path.startswith(_NOT_THE_PAGE):
            raise NoSuchPath
        asked = _inside(root, request.match_info["path"])
        if asked is not None:
            return web.FileResponse(asked, headers={"Cache-Control": "no-cache"})
        if not page.is_file():
            raise NoSuchPath
        return web.FileResponse(page, headers={"Cache-Control": "no-cache"})

    app.router.add_get("/{path:.*}", show)


def _inside(root: Path, path: str) -> Path | None:
    """The file of that path when it lies inside the folder."""
    asked = (root / path).resolve()
    return asked if asked.is_file() and asked.is_relative_to(root) else None


def _assets(folder: Path) -> Handler:
    root = folder.resolve()

    async def show(request: web.Request) -> web.StreamResponse:
        asked = _inside(root, request.match_info["path"])
        if asked is None:
            raise NoSuchPath
        # The name carries the content's hash, so it never changes.
        return web.FileResponse(asked, headers={"Cache-Control": "public, max-age=31536000, immutable"})

    return show
