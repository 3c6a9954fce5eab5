"""Serving the built web client: hashed assets kept for a year, every other path the page, strict headers on all."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from .errors import NoSuchPath

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# Where strangers enter: on a weak line the code of that page is asked for with the page, not once the program has run.
_DOORS: Final = {"/signin": "src/pages/patient/SignInPage.vue", "/staff/signin": "src/pages/staff/SignInPage.vue"}
_PROGRAM: Final = "index.html"
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
    early = _asked_early(built)
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
        return web.FileResponse(page, headers={"Cache-Control": "no-cache", **early.get(_door(request), {})})

    app.router.add_get("/{path:.*}", show)


def _door(request: web.Request) -> str:
    """The path that will be shown: who comes without a cookie is sent from home to the sign-in page."""
    return "/signin" if request.path == "/" and not request.cookies else request.path


def _asked_early(built: Path) -> dict[str, dict[str, str]]:
    """By door, the header that asks for its scripts and styles; none for a build without a manifest."""
    manifest = built / ".vite" / "manifest.json"
    if not manifest.is_file():
        return {}
    chunks = json.loads(manifest.read_bytes())
    return {path: {"Link": ", ".join(_links(chunks, source, {_PROGRAM}))} for path, source in _DOORS.items()}


def _links(chunks: Mapping[str, Any], source: str, seen: set[str]) -> Iterator[str]:
    """A chunk, its styles and what it imports; not the program, which the page names itself."""
    if source in seen:
        return
    seen.add(source)
    chunk = chunks[source]
    yield f"</{chunk['file']}>; rel=modulepreload"
    yield from (f"</{style}>; rel=preload; as=style; crossorigin" for style in chunk.get("css", ()))
    for each in chunk.get("imports", ()):
        yield from _links(chunks, each, seen)


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
