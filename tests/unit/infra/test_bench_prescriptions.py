"""The benchmark of prescriptions measures what it says: the same findings at both sizes, and sizes as told."""

from __future__ import annotations

from random import Random

from infra.bench import checks
from prescriptions.checks.engine import check
from prescriptions.checks.finding import Decision
from prescriptions.formulary.knowledge import Knowledge, shipped


def test_grown_data_have_the_size_and_find_the_same() -> None:
    random = Random(3)  # noqa: S311  # no secret
    small = checks.shrunk(shipped().formulary, 100, 100)
    big = checks.grown(small, 1000, 5000, random)
    assert (len(small.drugs), len(small.interactions)) == (100, 100)
    assert (len({drug.id for drug in big.drugs}), len({rule.id for rule in big.interactions})) == (1000, 5000)
    old = {drug.id for drug in small.drugs}
    added = big.interactions[100:]
    assert not any({rule.subject_a, rule.subject_b} <= old for rule in added)
    assert any({rule.subject_a, rule.subject_b} & old for rule in added), "rules about measured drugs are added too"
    knowledge = Knowledge(small)
    spoken_of = [drug for drug in small.drugs if knowledge.has_interactions(drug.id)]
    grown = Knowledge(big)
    found = 0
    for _ in range(5):
        picture = checks.a_picture(random, spoken_of)
        assert (len(picture.items), len(picture.current)) == (checks.ITEMS, checks.TAKEN)
        one, other = check(picture, knowledge), check(picture, grown)
        assert {each.id for each in one.findings} == {each.id for each in other.findings}
        assert one.decision is not Decision.FAILED
        found += len(one.findings)
    assert found > 20, "what is measured is a check that finds things"


def test_a_measurement_tells_both_percentiles_of_each_size() -> None:
    timed = checks.measured(3)
    assert [each.drugs for each in timed][1:] == [100, 10_000]
    assert [each.interactions for each in timed][1:] == [100, 100_000]
    assert all(0 < each.p50_ms <= each.p99_ms for each in timed)
