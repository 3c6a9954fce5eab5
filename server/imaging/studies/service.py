"""The face of studies to the rest of imaging and to the demo: every use case and value, gathered from its files."""

from __future__ import annotations

from .assigning import complete, match, reject
from .facts import CameBy, Fate, InstanceFacts, Named, Outcome, Part, SeriesFacts, StudyFacts
from .ingest import ingest
from .reading import (
    any_of_patient,
    header_bytes,
    instance_facts,
    one_instance,
    opened,
    read_instance,
    ref_of,
    series_facts,
    studies_by_id,
    studies_of_order,
    studies_of_patient,
    study_facts,
    study_of_uid,
)

__all__ = [
    "CameBy",
    "Fate",
    "InstanceFacts",
    "Named",
    "Outcome",
    "Part",
    "SeriesFacts",
    "StudyFacts",
    "any_of_patient",
    "complete",
    "header_bytes",
    "ingest",
    "instance_facts",
    "match",
    "one_instance",
    "opened",
    "read_instance",
    "ref_of",
    "reject",
    "series_facts",
    "studies_by_id",
    "studies_of_order",
    "studies_of_patient",
    "study_facts",
    "study_of_uid",
]
