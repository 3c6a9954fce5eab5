"""What goes out with the page: strangers get the sign-in page's code named early, members of the house do not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar, web
from aiohttp.test_utils import TestServer

from server.foundation.pages import serve_pages
from server.settings import ROOT

_DOOR = "src/pages/patient/SignInPage.vue"


def _chunk(file: str, *imports: str, css: tuple[str, ...] = ()) -> dict[str, object]:
    return {"file": f"assets/{file}", "imports": imports, "css": [f"assets/{style}" for style in css]}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    manifest = {
        "index.html": _chunk("index.js"),
        "_forms.js": _chunk("forms.js", "index.html"),
        _DOOR: _chunk("SignInPage.js", "index.html", "_forms.js", css=("SignInPage.css",)),
        "src/pages/staff/SignInPage.vue": _chunk("Staff.js", "index.html", "_forms.js"),
    }
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite" / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "index.html").write_text("<!doctype html>")
    return tmp_path


async def _links(built: Path, path: str, cookies: dict[str, str] | None = None) -> str | None:
    app = web.Application()
    serve_pages(app, built)
    async with TestServer(app) as server, ClientSession(cookies=cookies, cookie_jar=CookieJar(unsafe=True)) as http:
        answer = await http.get(server.make_url(path))
        assert answer.status == 200
        return answer.headers.get("Link")


async def test_a_stranger_gets_the_door_with_the_page(built: Path) -> None:
    named = (
        "</assets/SignInPage.js>; rel=modulepreload, </assets/SignInPage.css>; rel=preload; as=style; crossorigin, "
        "</assets/forms.js>; rel=modulepreload"
    )
    assert await _links(built, "/signin") == named
    assert await _links(built, "/") == named
    assert (await _links(built, "/staff/signin") or "").startswith("</assets/Staff.js>")


async def test_who_has_been_here_is_not_shown_the_door(built: Path) -> None:
    assert await _links(built, "/", {"refresh": "here"}) is None
    assert await _links(built, "/visits") is None


async def test_a_build_without_a_manifest_serves_its_page(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<!doctype html>")
    assert await _links(tmp_path, "/signin") is None


def test_the_doors_are_pages_of_the_client() -> None:
    assert (ROOT / "web-client" / _DOOR).is_file()
    assert (ROOT / "web-client" / "src" / "pages" / "staff" / "SignInPage.vue").is_file()
