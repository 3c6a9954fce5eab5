"""The report: delivered to who asked, printed with signatures, checked by anybody, used, and closed."""

from __future__ import annotations

import io
from typing import Any

import pypdfium2  # type: ignore[import-untyped]  # it has no stubs

from server.consultations.meetings.content import ADVICE_ONLY
from server.notifications.templates import template
from tests.api import Answer
from tests.people import Somebody

from .bridge import Bridge, status_of
from .clinic import a_picture
from .meeting import SAID, opened, reported, signs, writes


def _path(request: dict[str, Any], what: str) -> str:
    return f"/api/remote-requests/{request['id']}/{what}"


def _pages(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.body
    assert answer.headers["Content-Type"] == "application/pdf"
    with pypdfium2.PdfDocument(io.BytesIO(answer.raw)) as opened_file:
        return [page.get_textpage().get_text_bounded().replace(" ", "") for page in opened_file]


async def test_nobody_reads_a_report_that_is_not_signed(bridge: Bridge) -> None:
    request = await opened(bridge)
    for what in ("report", "report.pdf"):
        refused = await bridge.of(bridge.worker).get(_path(request, what))
        assert (refused.status, refused.code) == (409, "report-not-ready")
    (await writes(bridge, bridge.expert, request)).ok()
    (await signs(bridge, bridge.expert, request)).ok()
    assert (await bridge.of(bridge.worker).get(_path(request, "report"))).status == 200


async def test_the_report_is_delivered_when_who_asked_opens_it(bridge: Bridge) -> None:
    request = await reported(bridge)
    seen = (await bridge.of(bridge.expert).get(_path(request, "report"))).ok()
    assert (seen["status"], await status_of(bridge, request)) == ("signed", "signed")
    whole = (await bridge.of(bridge.worker).get(_path(request, "report"))).ok()
    assert (whole["status"], whole["statement"]) == ("delivered", ADVICE_ONLY)
    assert whole["patient"]["name"] == bridge.patient.name
    (part,) = whole["parts"]
    assert (part["name"], part["organisation"], part["valid"]) == (bridge.expert.name, bridge.county.name, True)
    assert part["content"]["opinion"] == SAID["opinion"]
    assert (await bridge.of(bridge.patient).get(_path(request, "report"))).ok()["number"] == request["number"]


async def test_the_report_is_on_both_sides_and_nowhere_else(bridge: Bridge) -> None:
    request = await opened(bridge, bridge.expert, bridge.colleague)
    for who in (bridge.expert, bridge.colleague):
        (await writes(bridge, who, request)).ok()
        (await signs(bridge, who, request)).ok()
    (await writes(bridge, bridge.expert, request, what="summary")).ok()
    (await signs(bridge, bridge.expert, request, what="summary")).ok()
    assert len((await bridge.of(bridge.worker).get(_path(request, "report"))).ok()["parts"]) == 3
    head = await bridge.of(bridge.colleague).get(_path(request, "report"))
    assert head.status == 200, "the colleague is the centre's head"
    stranger = await bridge.of(bridge.dispatcher).get(_path(request, "report"))
    assert stranger.status == 403
    assert bridge.patient.name not in stranger.raw.decode()


async def test_how_it_was_used_closes_the_request(bridge: Bridge) -> None:
    request = await reported(bridge)
    shown = await bridge.shown(bridge.worker, request)
    body = {"version": shown["version"], "used": "partly", "text": "患者不愿做增强"}
    unread = await bridge.of(bridge.worker).post(_path(request, "close"), body)
    assert (unread.status, unread.code) == (409, "not-in-this-state")
    whole = (await bridge.of(bridge.worker).get(_path(request, "report"))).ok()
    body["version"] = whole["request_version"]
    assert (await bridge.of(bridge.expert).post(_path(request, "close"), body)).status == 404
    (await bridge.of(bridge.worker).post(_path(request, "close"), body)).ok()
    assert await status_of(bridge, request) == "closed"
    assert (await bridge.of(bridge.worker).get(_path(request, "report"))).ok()["used"] == "partly"


async def test_the_paper_says_everything_and_that_it_is_advice(bridge: Bridge) -> None:
    request = await opened(bridge)
    uploaded = await bridge.of(bridge.expert).call(
        "POST",
        f"/api/patients/{bridge.patient.id}/attachments?kind=photo&visit_id={request['id']}",
        data=a_picture("black"),
        headers={"Content-Type": "image/png"},
    )
    figures = [{"attachment": uploaded.ok()["id"], "caption": "第 42 层", "frame": 41}]
    (await writes(bridge, bridge.expert, request, figures=figures)).ok()
    (await signs(bridge, bridge.expert, request)).ok()
    pages = _pages(await bridge.of(bridge.worker).get(_path(request, "report.pdf")))
    assert "（续）" in pages[1]
    page = "".join(pages)
    for said in (
        *(bridge.county.name, "远程会诊报告", request["number"], bridge.patient.name, bridge.town.name),
        *("邀请事由与目的", "病历摘要", "肺炎（J18.9）", SAID["findings"], SAID["opinion"], SAID["advice"]),
        *(ADVICE_ONLY, "主诊专家", bridge.expert.name, "副主任医师", "证书", "图1第42层", "视频会诊"),
    ):
        assert said.replace(" ", "") in page, said
    assert await status_of(bridge, request) == "delivered"


async def test_an_old_edition_says_on_paper_that_it_was_corrected(bridge: Bridge) -> None:
    request = await reported(bridge)
    body = {**SAID, "opinion": "左下叶", "reason": "方位笔误"}
    (await bridge.of(bridge.expert).post(_path(request, "opinions/amend"), body)).ok()
    (old,) = _pages(await bridge.of(bridge.worker).get(_path(request, "report.pdf?edition=1")))
    (new,) = _pages(await bridge.of(bridge.worker).get(_path(request, "report.pdf")))
    assert "已更正" in old
    assert "已更正" not in new
    assert "更正原因：方位笔误" in new
    assert SAID["opinion"] in old
    assert (await bridge.of(bridge.worker).get(_path(request, "report.pdf?edition=3"))).status == 404


async def test_anybody_checks_the_paper_by_its_code_and_learns_nothing_clinical(bridge: Bridge) -> None:
    request = await reported(bridge)
    whole = (await bridge.of(bridge.worker).get(_path(request, "report"))).ok()
    page, token = whole["verify"].split("#")
    assert page.endswith("/report")
    stranger = bridge.api.signed_in(None)
    answer = await stranger.post("/api/report-verifications", {"token": token})
    found = answer.ok()
    assert (found["kind"], found["number"], found["institution"]) == (
        "consultation",
        request["number"],
        bridge.county.name,
    )
    assert (found["valid"], found["current"], found["patient"]) == (True, True, "王**")
    assert [each["name"] for each in found["signed"]] == [bridge.expert.name]
    for secret in (bridge.patient.name, SAID["opinion"], SAID["findings"]):
        assert secret not in answer.raw.decode()
    body = {**SAID, "reason": "补充"}
    (await bridge.of(bridge.expert).post(_path(request, "opinions/amend"), body)).ok()
    old = (await stranger.post("/api/report-verifications", {"token": token})).ok()
    assert (old["valid"], old["current"], old["version"]) == (True, False, 1)
    last = "A" if token[-1] != "A" else "B"
    for forged in (token[:-1] + last, token[:-6], "A" * len(token)):
        refused = await stranger.post("/api/report-verifications", {"token": forged})
        assert (refused.status, refused.code) == (422, "report-not-genuine")


async def test_whoever_opens_a_report_is_in_the_patients_list(bridge: Bridge) -> None:
    request = await reported(bridge)
    (await bridge.of(bridge.worker).get(_path(request, "report"))).ok()
    seen = (await bridge.of(bridge.patient).get(f"/api/patients/{bridge.patient.id}/reads")).ok()
    assert ("remote_request", bridge.worker.name) in [(each["what"], each["name"]) for each in seen]


async def _amendments(bridge: Bridge, who: Somebody) -> list[dict[str, Any]]:
    """What this person was told of amended reports."""
    told = (await bridge.of(who).get("/api/inbox")).ok()["messages"]
    return [each for each in told if each["template"].startswith("remote-report-amended")]


async def test_who_has_the_report_is_told_of_each_amendment_once(bridge: Bridge) -> None:
    request = await reported(bridge)
    body = {**SAID, "reason": "补充用药"}
    amend = _path(request, "opinions/amend")
    (await bridge.of(bridge.expert).post(amend, body)).ok()
    assert len(await _amendments(bridge, bridge.worker)) == 1
    assert await _amendments(bridge, bridge.patient) == [], "it had not come back yet"
    (await bridge.of(bridge.worker).get(_path(request, "report"))).ok()
    (await bridge.of(bridge.expert).post(amend, body | {"reason": "更正剂量"})).ok()
    assert len(await _amendments(bridge, bridge.worker)) == 2
    (told,) = await _amendments(bridge, bridge.patient)
    assert request["number"] in told["text"]
    assert await _amendments(bridge, bridge.expert) == []


def test_no_message_about_a_report_that_leaves_the_house_names_anybody() -> None:
    for name in ("remote-report-amended-for-patient", "imaging-amended", "imaging-report"):
        assert template(name).sms
        assert template(name).fields == {"number"}
