"""Report templates: the product's (`data/templates.toml`, to be reviewed by a radiologist), an institution's, and one's own."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final
from uuid import UUID

from server.foundation.errors import Unknown
from server.foundation.translation import ENGLISH
from server.foundation.work import Work
from server.identity import service as identity
from server.imaging.orders.catalogue import catalogue
from server.imaging.orders.errors import NoSuchProcedure

from . import rules, store
from .errors import NotSenior, TemplateNameTaken, TooManyImagingTemplates
from .model import ImagingTemplate

FILE: Final = Path(__file__).parent / "data" / "templates.toml"
MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Words:
    """What a template fills in."""

    findings: str
    impression: str
    advice: str


@dataclass(frozen=True, slots=True)
class Template:
    """One template. `scope`: product, institution or own; the product's wait for a radiologist's review (`reviewed`)."""

    id: str
    name: str
    modality: str
    body_part: str
    words: Words
    scope: str
    reviewed: bool


class BadTemplates(ValueError):
    """The data file is not what it must be."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """One of the product's, with its name in both languages."""

    id: str
    zh: str
    en: str
    modality: str
    body_part: str
    words: Words


def read_templates(raw: str) -> list[Shipped]:
    """The templates of a data file, in its order. Raises: BadTemplates with what is wrong."""
    found = []
    for code, data in tomllib.loads(raw).items():
        try:
            words = Words(*(data[part].strip() for part in ("findings", "impression", "advice")))
            each = Shipped(code, data["zh"], data["en"], data["modality"], data["body_part"], words)
        except (KeyError, TypeError, AttributeError) as error:
            raise BadTemplates(f"{code}: {error} is missing or wrong") from None
        known = catalogue()
        if each.modality not in known.modalities or each.body_part not in known.body_parts:
            raise BadTemplates(f"{code}: its modality or part of the body is not in the catalogue")
        found.append(each)
    return found


@cache
def shipped() -> Sequence[Shipped]:
    """The product's own."""
    return tuple(read_templates(FILE.read_text("utf-8")))


async def templates(work: Work, modality: str | None = None, body_part: str | None = None) -> list[Template]:
    """What the acting radiologist may begin from: own ones first, then the institution's, then the product's."""
    rows = await store.templates(work.session, work.actor.organisation, work.actor.person)
    kept = sorted((_kept(row) for row in rows), key=lambda each: each.scope != "own")
    ours = [_ours(each, work.language) for each in shipped()]
    return [
        each for each in (*kept, *ours) if modality in (None, each.modality) and body_part in (None, each.body_part)
    ]


async def keep(work: Work, name: str, modality: str, body_part: str, words: Words, *, shared: bool) -> Template:
    """Keep a template for oneself, or, as a senior, for the institution.

    Raises: NoSuchProcedure (a part that nobody examines), NotSenior, TemplateNameTaken, TooManyImagingTemplates.
    """
    if modality not in catalogue().modalities or body_part not in catalogue().body_parts:
        raise NoSuchProcedure
    if shared:
        await _require_senior(work)
    owner_id = None if shared else work.actor.person
    if await store.count_templates(work.session, work.actor.organisation, owner_id) >= MOST:
        raise TooManyImagingTemplates(most=MOST)
    row_id = work.new_id()
    kept = await store.keep_template(
        work.session,
        {
            "id": row_id,
            "organisation_id": work.actor.organisation,
            "owner_id": owner_id,
            "name": name,
            "modality": modality,
            "body_part": body_part,
            "content": {"findings": words.findings, "impression": words.impression, "advice": words.advice},
            "made_by": work.actor.person,
            "made_at": work.now,
        },
    )
    if not kept:
        raise TemplateNameTaken
    work.audit("imaging-template.keep", "imaging_template", row_id, shared=shared)
    return Template(str(row_id), name, modality, body_part, words, "institution" if shared else "own", reviewed=True)


async def drop(work: Work, template_id: UUID) -> None:
    """Delete an own template, or, as a senior, one of the institution. Raises: Unknown, NotSenior."""
    row = await store.template(work.session, template_id)
    if row is None or row.organisation_id != work.actor.organisation or row.owner_id not in (None, work.actor.person):
        raise Unknown
    if row.owner_id is None:
        await _require_senior(work)
    await store.drop_template(work.session, template_id)
    work.audit("imaging-template.drop", "imaging_template", template_id)


async def _require_senior(work: Work) -> None:
    if not rules.is_senior((await identity.doctor(work, work.actor.person, work.actor.organisation)).title):
        raise NotSenior


def _kept(row: ImagingTemplate) -> Template:
    words = Words(row.content["findings"], row.content["impression"], row.content["advice"])
    scope = "institution" if row.owner_id is None else "own"
    return Template(str(row.id), row.name, row.modality, row.body_part, words, scope, reviewed=True)


def _ours(each: Shipped, language: str) -> Template:
    name = each.en if language == ENGLISH else each.zh
    return Template(each.id, name, each.modality, each.body_part, each.words, "product", reviewed=False)
