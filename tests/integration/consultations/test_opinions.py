"""Opinions: written while the talk goes on, signed by each, summed up by the lead, amended beside the original."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from sqlalchemy import text

from server.foundation.actor import SYSTEM
from server.foundation.work import unit_of_work

from .bridge import Bridge, act, offline, status_of
from .meeting import SAID, meeting_of, opened, planned, reported, signs, writes


async def _desk(bridge: Bridge, who: Any, request: dict[str, Any]) -> dict[str, Any]:
    return dict((await bridge.of(who).get(f"/api/remote-requests/{request['id']}/opinions")).ok())


async def test_a_draft_is_saved_while_the_talk_goes_on_and_is_nobody_elses(bridge: Bridge) -> None:
    request = await opened(bridge, bridge.expert, bridge.colleague)
    draft = (await writes(bridge, bridge.expert, request)).ok()
    assert (draft["version"], draft["content"]["opinion"]) == (1, SAID["opinion"])
    assert (await writes(bridge, bridge.expert, request, version=1, advice="复查")).ok()["version"] == 2
    stale = await writes(bridge, bridge.expert, request, version=1)
    assert (stale.status, stale.code, stale.body["seq"]) == (409, "opinion-changed-elsewhere", 2)
    mine = await _desk(bridge, bridge.expert, request)
    assert mine["mine"]["content"]["advice"] == "复查"
    theirs = await _desk(bridge, bridge.colleague, request)
    assert theirs["mine"] is None
    assert [each["content"] for each in theirs["experts"]] == [None, None]
    for stranger in (bridge.worker, bridge.dispatcher, bridge.patient):
        answer = await bridge.of(stranger).get(f"/api/remote-requests/{request['id']}/opinions")
        assert answer.status == 403


async def test_what_is_written_lies_sealed_in_the_database(bridge: Bridge) -> None:
    request = await opened(bridge)
    (await writes(bridge, bridge.expert, request)).ok()
    async with unit_of_work(bridge.ground, SYSTEM) as work:
        found = await work.session.execute(
            text("SELECT draft FROM opinions WHERE request_id = :id"), {"id": UUID(request["id"])}
        )
        assert SAID["opinion"].encode() not in bytes(found.scalar_one())


async def test_the_only_experts_opinion_is_the_report_and_ends_the_talk(bridge: Bridge) -> None:
    request = await opened(bridge)
    empty = (await writes(bridge, bridge.expert, request, opinion="")).ok()
    refused = await signs(bridge, bridge.expert, request, version=empty["version"])
    assert (refused.status, refused.code, refused.body["rule"]) == (422, "opinion-incomplete", "B50")
    whole = (await writes(bridge, bridge.expert, request, version=1)).ok()
    unseen = await signs(bridge, bridge.expert, request, version=1)
    assert unseen.code == "opinion-changed-elsewhere"
    assert (await signs(bridge, bridge.expert, request, version=whole["version"])).ok() == {"edition": 1}
    assert await status_of(bridge, request) == "signed"
    assert (await meeting_of(bridge, request)).state == "ended"
    again = await signs(bridge, bridge.expert, request, version=whole["version"])
    assert again.status == 409
    assert (await writes(bridge, bridge.expert, request, version=2)).status == 409


async def test_of_several_each_signs_and_the_lead_sums_up_last(bridge: Bridge) -> None:
    request = await opened(bridge, bridge.expert, bridge.colleague)
    (await writes(bridge, bridge.expert, request, what="summary", opinion="一致意见：肺炎")).ok()
    early = await signs(bridge, bridge.expert, request, what="summary")
    assert (early.status, early.code, early.body["rule"]) == (409, "others-not-signed", "B50")
    assert early.body["names"] == bridge.colleague.name
    not_lead = await writes(bridge, bridge.colleague, request, what="summary")
    assert not_lead.status == 404
    for who in (bridge.expert, bridge.colleague):
        (await writes(bridge, who, request)).ok()
        assert (await signs(bridge, who, request)).ok() == {"edition": None}
    assert await status_of(bridge, request) == "in_session"
    seen = await _desk(bridge, bridge.expert, request)
    assert [each["state"] for each in seen["experts"]] == ["signed", "signed"]
    assert seen["waiting_for"] == []
    assert "sign-summary" in seen["may"]
    assert (await signs(bridge, bridge.expert, request, what="summary")).ok() == {"edition": 1}
    assert await status_of(bridge, request) == "signed"


async def test_after_the_talk_only_the_lead_reads_what_the_others_wrote(bridge: Bridge) -> None:
    request = await opened(bridge, bridge.expert, bridge.colleague)
    for who in (bridge.expert, bridge.colleague):
        (await writes(bridge, who, request)).ok()
        (await signs(bridge, who, request)).ok()
    during = await _desk(bridge, bridge.colleague, request)
    assert [each["content"]["opinion"] for each in during["experts"]] == [SAID["opinion"]] * 2
    (await bridge.of(bridge.expert).post(f"/api/meetings/{request['id']}/end")).ok()
    after = await _desk(bridge, bridge.colleague, request)
    assert [(each["state"], each["content"]) for each in after["experts"]] == [("signed", None)] * 2
    lead = await _desk(bridge, bridge.expert, request)
    assert [each["content"]["opinion"] for each in lead["experts"]] == [SAID["opinion"]] * 2
    meeting = (await bridge.of(bridge.colleague).get(f"/api/meetings/{request['id']}")).ok()
    assert {each["person_id"] for each in meeting["people"]} == {str(bridge.colleague.id)}


async def test_a_released_expert_is_not_waited_for_and_keeps_the_draft(bridge: Bridge) -> None:
    request = await opened(bridge, bridge.expert, bridge.colleague)
    (await writes(bridge, bridge.colleague, request)).ok()
    shown = await bridge.shown(bridge.dispatcher, request)
    only = [{"person_id": str(bridge.expert.id), "lead": True}]
    (await bridge.answers("experts", shown, experts=only, text="手术去了")).ok()
    refused = await signs(bridge, bridge.colleague, request)
    assert (refused.status, refused.code) == (409, "no-longer-expert")
    assert (await _desk(bridge, bridge.colleague, request))["mine"]["content"]["opinion"] == SAID["opinion"]
    (await writes(bridge, bridge.expert, request)).ok()
    assert (await signs(bridge, bridge.expert, request)).ok() == {"edition": 1}


async def test_signing_after_the_cancellation_is_refused_clearly_and_keeps_the_draft(bridge: Bridge) -> None:
    request = await opened(bridge)
    (await writes(bridge, bridge.expert, request)).ok()
    shown = await bridge.shown(bridge.worker, request)
    (await act(bridge, bridge.worker, "cancel", shown, text="患者已转院")).ok()
    refused = await signs(bridge, bridge.expert, request)
    assert (refused.status, refused.code) == (409, "consultation-cancelled")
    assert "草稿已保留" in refused.body["title"]
    assert (await writes(bridge, bridge.expert, request, version=1)).code == "consultation-cancelled"
    desk = await _desk(bridge, bridge.expert, request)
    assert desk["mine"]["content"]["opinion"] == SAID["opinion"]
    assert (desk["experts"], desk["may"]) == ([], [])


async def test_of_cancelling_and_signing_at_one_moment_exactly_one_happens(bridge: Bridge) -> None:
    for _ in range(3):
        request = await opened(bridge)
        (await writes(bridge, bridge.expert, request)).ok()
        shown = await bridge.shown(bridge.worker, request)
        signed, cancelled = await asyncio.gather(
            signs(bridge, bridge.expert, request), act(bridge, bridge.worker, "cancel", shown, text="患者已转院")
        )
        assert [signed.status < 300, cancelled.status < 300].count(True) == 1, (signed.body, cancelled.body)
        assert await status_of(bridge, request) == ("signed" if signed.status < 300 else "cancelled")
        async with unit_of_work(bridge.ground, SYSTEM) as work:
            counted = await work.session.execute(
                text(
                    "SELECT count(*) FROM opinion_versions JOIN opinions ON opinions.id = opinion_id"
                    " WHERE request_id = :id"
                ),
                {"id": UUID(request["id"])},
            )
            assert counted.scalar_one() == (1 if signed.status < 300 else 0)


async def test_before_the_talk_nothing_is_signed(bridge: Bridge) -> None:
    request = await planned(bridge)
    (await writes(bridge, bridge.expert, request)).ok()
    refused = await signs(bridge, bridge.expert, request)
    assert (refused.status, refused.code) == (409, "not-in-this-state")
    assert (await writes(bridge, bridge.colleague, request)).status == 404


async def test_an_offline_consultation_is_opened_by_the_first_words(bridge: Bridge) -> None:
    request = await offline(bridge)
    (await writes(bridge, bridge.expert, request)).ok()
    assert await status_of(bridge, request) == "reporting"
    assert (await signs(bridge, bridge.expert, request)).ok() == {"edition": 1}
    assert await status_of(bridge, request) == "signed"


async def test_an_amendment_stands_beside_the_original(bridge: Bridge) -> None:
    request = await reported(bridge)
    path = f"/api/remote-requests/{request['id']}"
    unreasoned = await bridge.of(bridge.expert).post(f"{path}/opinions/amend", {**SAID, "reason": ""})
    assert unreasoned.status == 422
    body = {**SAID, "opinion": "左下叶，非右下叶", "reason": "方位笔误"}
    assert (await bridge.of(bridge.expert).post(f"{path}/opinions/amend", body)).ok() == {"edition": 2}
    newest = (await bridge.of(bridge.worker).get(f"{path}/report")).ok()
    (part,) = newest["parts"]
    assert (newest["edition"], part["version"], part["reason"]) == (2, 2, "方位笔误")
    assert (part["content"]["opinion"], part["valid"]) == ("左下叶，非右下叶", True)
    first = (await bridge.of(bridge.worker).get(f"{path}/report?edition=1")).ok()
    assert (first["current"], first["parts"][0]["content"]["opinion"]) == (False, SAID["opinion"])
    assert first["parts"][0]["valid"] is True
    assert [each["edition"] for each in first["editions"]] == [1, 2]
    assert (await bridge.of(bridge.colleague).post(f"{path}/opinions/amend", body)).status == 404


async def test_a_figure_is_a_picture_of_this_patient(bridge: Bridge) -> None:
    request = await opened(bridge)
    nowhere = [{"attachment": request["id"], "caption": "图"}]
    refused = await writes(bridge, bridge.expert, request, figures=nowhere)
    assert (refused.status, refused.code) == (422, "no-such-figure")
