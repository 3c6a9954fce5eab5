"""Tables of what institutions bring: their own list of drugs, its imports, and official code tables. No drug rules here."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row


class InstitutionDrug(Row):
    """One product of an institution's list; `drug_id` is the formulary's drug, None when it holds none (not covered).

    `spelled` holds every way it may be typed, each after a line feed.
    """

    __tablename__ = "institution_drugs"
    __table_args__ = (
        UniqueConstraint("organisation_id", "local_code"),
        Index("ix_institution_drugs_organisation_id_drug_id", "organisation_id", "drug_id"),
        CheckConstraint("stock >= 0", name="stock_counts"),
        CheckConstraint("price >= 0", name="price_counts"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    local_code: Mapped[str] = mapped_column(Text)
    drug_id: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    trade_name: Mapped[str] = mapped_column(Text, default="")
    strength: Mapped[str] = mapped_column(Text, default="")
    form: Mapped[str] = mapped_column(Text, default="")
    manufacturer: Mapped[str] = mapped_column(Text, default="")
    unit: Mapped[str] = mapped_column(Text, default="")
    price: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    stock: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    insurance_code: Mapped[str] = mapped_column(Text, default="")
    payment_limit: Mapped[str] = mapped_column(Text, default="")
    antimicrobial_grade: Mapped[str | None] = mapped_column(Text)
    spelled: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]


class InstitutionImport(Row):
    """One import of a list: by whom, and how many rows came, changed and went."""

    __tablename__ = "institution_imports"
    __table_args__ = (Index("ix_institution_imports_organisation_id_at", "organisation_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    at: Mapped[datetime]
    by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    file_name: Mapped[str] = mapped_column(Text)
    listed: Mapped[int]
    added: Mapped[int]
    changed: Mapped[int]
    removed: Mapped[int]
    not_covered: Mapped[int]


class CodeTable(Row):
    """An official table somebody loaded: ICD-10 国临版, insurance codes, ATC."""

    __tablename__ = "code_tables"

    system: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[str] = mapped_column(Text)
    entries: Mapped[int]
    loaded_at: Mapped[datetime]


class CodeEntry(Row):
    """One code of such a table."""

    __tablename__ = "code_entries"

    system: Mapped[str] = mapped_column(Text, ForeignKey("code_tables.system"), primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text, default="")
    spelled: Mapped[str] = mapped_column(Text)
