"""Drug data over HTTP: find a drug while typing, whose data the checks use, and a picture given as JSON is checked."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Annotated, Any, Final

from pydantic import Field

from server.foundation.routes import Query, Routes, View
from server.foundation.work import Work

from .content import Kind
from .formulary.entries import Drug
from .formulary.knowledge import UNSIGNED_EN, shipped
from .given.answered import JudgedPicture
from .given.asked import GivenPicture
from .given.judging import judge
from .institution import finding
from .institution.finding import MOST_HITS, Hit
from .model_formulary import InstitutionDrug

routes = Routes()
_MAY: Final = "prescriptions.find_drugs"
_MAY_LOOK: Final = "prescriptions.look_up"
_LARGEST_PICTURE: Final = 128 * 1024


class DrugQuery(Query):
    """What somebody types: pinyin or its initials, Chinese, English, a trade name, a local code."""

    q: Annotated[str, Field(max_length=60)]
    kind: Kind = Kind.WESTERN
    limit: Annotated[int, Field(ge=1, le=50)] = MOST_HITS


class ProductView(View):
    """One product of the own institution's list."""

    local_code: str
    trade_name: str
    strength: str
    form: str
    manufacturer: str
    unit: str
    price: float | None
    stock: float | None
    payment_limit: str
    antimicrobial_grade: str | None


class DrugView(View):
    """A drug as the editor offers it. Amounts are the formulary's, per day (per week with the flag `weekly`)."""

    id: str = Field(
        description="The drug's id; of what the drug data do not hold: local: or herb: and its code or name"
    )
    name: str
    name_en: str
    atc: str
    route: str
    unit: str
    usual_daily_min: float | None
    usual_daily_max: float | None
    max_daily: float | None
    times_per_day: float | None
    online: bool
    long_term: bool
    control: str
    flags: tuple[str, ...] = Field(description="high_alert, skin_test, narrow_index, weekly, not_covered ...")
    stock: float | None
    price: float | None
    local_code: str | None
    products: tuple[ProductView, ...]

    @classmethod
    def of(cls, hit: Hit) -> DrugView:
        """A hit, with the figures of its best stocked product."""
        first = hit.products[0] if hit.products else None
        listed = {
            "stock": None if first is None or first.stock is None else float(first.stock),
            "price": None if first is None or first.price is None else float(first.price),
            "local_code": first.local_code if first else None,
            "products": tuple(ProductView.model_validate(each) for each in hit.products),
        }
        return cls(**_of_drug(hit.drug) if hit.drug else _of_product(hit.products[0]), **listed)

    @classmethod
    def of_herb(cls, name: str) -> DrugView:
        """A piece of Chinese medicine; the rules name it by its own name."""
        piece = {**_unknown(f"herb:{name}", name), "route": "PO", "unit": "g", "flags": ()}
        return cls(**piece, stock=None, price=None, local_code=None, products=())


class FormularyView(View):
    """Whose drug data the checks use, and how much they hold."""

    version: str
    digest: str
    source: str
    drugs: int
    interactions: int
    contraindications: int
    allergies: int
    cross_reactions: int
    tcm: int
    signed_by: str | None
    signed_on: date | None
    unsigned_notice: str | None
    unsigned_notice_en: str | None


@routes.get("/api/drugs", may=_MAY)
async def find_drugs(work: Work, query: DrugQuery) -> list[DrugView]:
    """Find a drug while typing; those the own institution lists come first."""
    if query.kind is Kind.TCM_PIECES:
        return [DrugView.of_herb(herb) for herb in finding.find_herbs(query.q, query.limit)]
    return [DrugView.of(hit) for hit in await finding.find_drugs(work, query.q, query.limit)]


@routes.get("/api/formulary", may=_MAY_LOOK)
async def show_formulary(work: Work) -> FormularyView:
    """The drug data's version, source, counts and signature."""
    return _formulary()


@routes.post("/api/prescription-checks", may=_MAY, max_body=_LARGEST_PICTURE)
async def check_picture(work: Work, body: GivenPicture) -> JudgedPicture:
    """Run all checks on a picture given as JSON. Nothing of it is kept."""
    return judge(body, shipped(), work.now)


@routes.get("/api/prescription-checks/schema", may=_MAY_LOOK)
async def show_picture_schema(work: Work) -> dict[str, Any]:
    """The JSON Schema of such a picture."""
    return GivenPicture.model_json_schema()


@cache
def _formulary() -> FormularyView:
    knowledge = shipped()
    data = knowledge.formulary
    return FormularyView(
        version=knowledge.version,
        digest=data.digest,
        source=data.header.source,
        drugs=len(data.drugs),
        interactions=len(data.interactions),
        contraindications=len(data.contraindications),
        allergies=len(data.allergy_classes),
        cross_reactions=len(data.cross_reactions),
        tcm=len(data.herb_rules),
        signed_by=knowledge.signed_by,
        signed_on=knowledge.signed_on,
        unsigned_notice=knowledge.unsigned_notice,
        unsigned_notice_en=UNSIGNED_EN if knowledge.unsigned_notice else None,
    )


def _of_drug(drug: Drug) -> dict[str, Any]:
    return {
        "id": drug.id,
        "name": drug.name_zh,
        "name_en": drug.name_en,
        "atc": drug.atc,
        "route": drug.route,
        "unit": drug.dose_unit,
        "usual_daily_min": float(drug.usual_daily_min),
        "usual_daily_max": float(drug.usual_daily_max),
        "max_daily": None if drug.max_daily is None else float(drug.max_daily),
        "times_per_day": None if drug.is_weekly else float(drug.times_per_day),
        "online": drug.online,
        "long_term": drug.long_term,
        "control": drug.control.value,
        "flags": tuple(sorted(shipped().flags_of(drug.id))) + _gaps(drug),
    }


def _gaps(drug: Drug) -> tuple[str, ...]:
    return () if shipped().has_rules(drug.id) else ("not_covered",)


def _of_product(row: InstitutionDrug) -> dict[str, Any]:
    return _unknown(f"local:{row.local_code}", row.name)


def _unknown(drug_id: str, name: str) -> dict[str, Any]:
    """What the drug data do not hold: a name without figures, never covered."""
    return {
        "id": drug_id,
        "name": name,
        "name_en": "",
        "atc": "",
        "route": "",
        "unit": "",
        "usual_daily_min": None,
        "usual_daily_max": None,
        "max_daily": None,
        "times_per_day": None,
        "online": True,
        "long_term": True,
        "control": "none",
        "flags": ("not_covered",),
    }
