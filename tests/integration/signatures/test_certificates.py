"""Certificates over HTTP: made on first use, one for a person, revoked by those who may; stored signatures checked."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from datetime import timedelta
from uuid import uuid4

import pytest
from cryptography import x509
from sqlalchemy import func, select, update

from server.foundation.actor import Role
from server.foundation.errors import Unknown
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.signatures import service as signatures
from server.signatures.errors import SigningPinMissing
from server.signatures.keys import key_from_der
from server.signatures.model import AuthorityRow, CertificateRow, PractitionerKeyRow, SignatureRow
from server.signatures.pin_sealing import Stretching, opened_by_pin
from server.signatures.service import SignatureView
from tests.api import Api
from tests.people import PIN, Hospital, Somebody, a_doctor, a_hospital, a_member_of_staff, a_pharmacist

from .pins import DOCUMENT, sign


async def verdict(ground: Ground, who: Somebody, signature: SignatureView, **changed: object) -> str:
    """Why a stored signature does not count; empty when it does."""
    async with unit_of_work(ground, who.actor) as work:
        found = await signatures.verify(
            work,
            signature.id,
            {**DOCUMENT, **changed.pop("document", {})},  # type: ignore[dict-item]  # a mapping of changed members
            str(changed.pop("act", "note.sign")),
            str(changed.pop("typ", "note+jws")),
        )
        assert found.valid is (found.reason == "")
        assert (found.signer_id == who.id) is found.valid
        return found.reason


@pytest.fixture
async def hospital(ground: Ground) -> Hospital:
    """A hospital of its own for each test."""
    return await a_hospital(ground)


async def test_a_stored_signature_counts_for_its_document_act_and_typ(ground: Ground, hospital: Hospital) -> None:
    doctor = await a_doctor(ground, hospital)
    made = await sign(ground, doctor)
    assert await verdict(ground, doctor, made) == ""
    assert await verdict(ground, doctor, made, document={"plan": "高盐饮食"}) == "changed"
    assert await verdict(ground, doctor, made, act="note.amend") == "wrong-act"
    assert await verdict(ground, doctor, made, typ="prescription+jws") == "wrong-typ"


async def test_nobody_signs_for_another(ground: Ground, hospital: Hospital) -> None:
    doctor, colleague = await a_doctor(ground, hospital), await a_doctor(ground, hospital)
    assert (await sign(ground, doctor)).kid
    async with unit_of_work(ground, colleague.actor) as work:
        with pytest.raises(Unknown):
            await signatures.sign(work, doctor.id, "note.sign", "note+jws", DOCUMENT)


async def test_first_signatures_at_the_same_time_make_one_certificate(ground: Ground, hospital: Hospital) -> None:
    doctor = await a_doctor(ground, hospital, name="同时签")
    made = await asyncio.gather(*(sign(ground, doctor, {"n": n}) for n in range(6)))
    assert len({each.certificate_serial for each in made}) == 1
    async with ground.database.session() as session:
        mine = select(func.count()).where(CertificateRow.person_id == doctor.id)
        assert await session.scalar(mine) == 1
        assert await session.scalar(select(func.count()).select_from(AuthorityRow)) == 1


async def test_a_certificate_names_doctor_and_licence_and_its_key_lies_sealed(
    ground: Ground, api: Api, hospital: Hospital
) -> None:
    doctor = await a_doctor(ground, hospital, name="王签名")
    await sign(ground, doctor)
    (shown,) = (await api.signed_in(doctor.token).get("/api/signatures/certificates")).ok()
    certificate = x509.load_pem_x509_certificate(shown["certificate"].encode())
    assert "王签名" in certificate.subject.rfc4514_string()
    assert shown["licence"] in certificate.subject.rfc4514_string()
    assert "wrapped_key" not in shown
    async with ground.database.session() as session:
        row = await session.get_one(CertificateRow, shown["serial"])
        key = await session.get_one(PractitionerKeyRow, row.key_id)
    opened = b64decode(ground.fields.open(key.sealed, "practitioner_keys", "sealed", key.id, None))
    stretching = Stretching.stored(key.stretching)
    assert opened_by_pin(opened, "135791", stretching, str(key.id)) is None, "the master key alone does not open it"
    der = opened_by_pin(opened, PIN, stretching, str(key.id))
    assert der is not None
    assert key_from_der("ES256", der).public.kid == row.kid
    assert der not in key.sealed


async def test_a_pharmacists_certificate_names_the_licence(ground: Ground, api: Api, hospital: Hospital) -> None:
    pharmacist = await a_pharmacist(ground, hospital, name="钱药师")
    await sign(ground, pharmacist)
    (shown,) = (await api.signed_in(pharmacist.token).get("/api/signatures/certificates")).ok()
    assert shown["licence"].startswith("P")
    subject = x509.load_pem_x509_certificate(shown["certificate"].encode()).subject.rfc4514_string()
    assert shown["licence"] in subject
    assert "钱药师" in subject


async def test_a_revoked_certificate_signs_no_more_and_what_it_signed_stays(
    ground: Ground, api: Api, hospital: Hospital
) -> None:
    doctor = await a_doctor(ground, hospital)
    before = await sign(ground, doctor)
    path = f"/api/signatures/certificates/{before.certificate_serial}/revoke"
    administrator = await a_member_of_staff(ground, Role.ADMINISTRATOR, hospital)
    elsewhere = await a_member_of_staff(ground, Role.ADMINISTRATOR, await a_hospital(ground))
    colleague = await a_doctor(ground, hospital)
    for who in (elsewhere, colleague):
        assert (await api.signed_in(who.token).post(path, {"reason": "离职"})).status == 404
    assert (
        await api.signed_in(administrator.token).post(
            path.replace(before.certificate_serial, "0" * 40), {"reason": "离职"}
        )
    ).status == 404
    revoked = (await api.signed_in(administrator.token).post(path, {"reason": "密钥泄露"})).ok()
    assert revoked["revoked_because"] == "密钥泄露"
    assert (
        await api.signed_in(administrator.token).post(path, {"reason": "再次"})
    ).code == "certificate-already-revoked"
    assert await verdict(ground, doctor, before) == ""
    with pytest.raises(SigningPinMissing):
        await sign(ground, doctor)
    (await api.signed_in(doctor.token).post("/api/signing-key", {"pin": "804213"})).ok()
    after = await sign(ground, doctor)
    assert after.certificate_serial != before.certificate_serial
    async with unit_of_work(ground, doctor.actor) as work:
        earlier = before.at - timedelta(seconds=1)
        await work.session.execute(
            update(CertificateRow).where(CertificateRow.serial == before.certificate_serial).values(revoked_at=earlier)
        )
    assert await verdict(ground, doctor, before) == "certificate-revoked"


async def test_a_signature_moved_to_another_signer_is_found(ground: Ground, hospital: Hospital) -> None:
    doctor, colleague = await a_doctor(ground, hospital), await a_doctor(ground, hospital)
    made, theirs = await sign(ground, doctor), await sign(ground, colleague)
    assert await verdict(ground, doctor, made) == ""
    forged = uuid4()
    async with unit_of_work(ground, doctor.actor) as work:
        row = await work.session.get_one(SignatureRow, theirs.id)
        work.session.add(
            SignatureRow(
                id=forged,
                signer_id=doctor.id,
                certificate_serial=row.certificate_serial,
                act=row.act,
                typ=row.typ,
                sha256=row.sha256,
                jws=row.jws,
                at=row.at,
            )
        )
    async with unit_of_work(ground, doctor.actor) as work:
        found = await signatures.verify(work, forged, DOCUMENT, "note.sign", "note+jws")
        assert (found.valid, found.reason) == (False, "not-as-stored")
        assert (await signatures.verify(work, uuid4(), DOCUMENT, "a", "b")).reason == "no-such-signature"
