"""Problems, permissions and rules: each has its words, and the registers are true both ways."""

from __future__ import annotations

import re
from collections import Counter

from prescriptions.checks.table import CHECKS
from server import documents
from server.app import all_routes
from server.capabilities import CAPABILITIES
from server.foundation.capability import permissions_of
from server.foundation.errors import Unknown
from server.foundation.routes import PUBLIC, SIGNED_IN
from server.settings import settings_table

from .sources import ROOT, files, shown

CHINESE = re.compile(r"[\u4e00-\u9fff]")
RULE_IDS = re.compile(
    r"\b(B\d{2}|(?:appointments|visits|records|identity|signatures|notifications|prescriptions|reviews|dispensing|rx|media|rooms|imaging|meetings|paper|cooperation|remote)-\d+)\b(?!\.sock)"
)


def test_every_problem_has_one_code_and_both_sentences() -> None:
    kinds = [kind for kind in documents.every_problem() if not kind.__module__.startswith("tests")]
    for kind in kinds:
        assert CHINESE.search(kind.zh), kind
        assert kind.en, kind
        assert not CHINESE.search(kind.en), kind
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", kind.code), kind
    own = Counter(kind.code for kind in kinds if "code" in vars(kind))
    assert [code for code, times in own.items() if times > 1] == []


def test_what_may_not_be_known_has_one_answer() -> None:
    assert Unknown.__subclasses__() == []


def test_every_route_names_a_permission_that_some_role_holds() -> None:
    permissions = permissions_of(CAPABILITIES)
    used = {route.may for route in all_routes()} - {PUBLIC, SIGNED_IN}
    assert used <= permissions.keys()
    assert all(permissions.values())
    assert permissions.keys() <= used | _checked_in_code(), "a permission that nothing asks for"


def _checked_in_code() -> set[str]:
    text = "\n".join(path.read_text(encoding="utf-8") for path in files(".py", under="server"))
    return {name for name in permissions_of(CAPABILITIES) if len(re.findall(rf'"{re.escape(name)}"', text)) > 1}


def test_the_register_of_rules_is_true_both_ways() -> None:
    register = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\|\s*(B\d{2}|E\d{1,2}|[a-z]+-\d+)\s*\|(.*)\|\s*$", register, re.MULTILINE))
    written = {f"B{number:02}" for number in range(1, 67)}
    assert written <= rows.keys()
    # E1-E20 look like ICD-10 codes in text, so they are asked of the table that runs them.
    in_code: dict[str, set[str]] = {check.id: {"prescriptions/checks/table.py"} for check in CHECKS}
    for path in [
        file for floor in ("server", "signaling", "media", "prescriptions") for file in files(".py", under=floor)
    ]:
        for found in RULE_IDS.findall(path.read_text(encoding="utf-8")):
            in_code.setdefault(found, set()).add(shown(path))
    assert in_code.keys() <= rows.keys(), in_code.keys() - rows.keys()
    enforced = {rule for rule, row in rows.items() if "not yet" not in row}
    assert enforced <= in_code.keys(), f"said to be enforced, named nowhere in the code: {enforced - in_code.keys()}"


def test_made_pages_are_up_to_date() -> None:
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == settings_table()
    assert (ROOT / "docs" / "problems.md").read_text(encoding="utf-8") == documents.problems_page()
    licences = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    assert [name for name in documents.locked_packages() if f"| {name} |" not in licences] == []


def test_our_sql_never_asks_the_database_for_the_time() -> None:
    forbidden = re.compile(
        r"\bnow\(\)|current_timestamp|CURRENT_TIMESTAMP|func\.now\b|statement_timestamp|localtimestamp", re.IGNORECASE
    )
    # The clock itself measures its offset; Clock.now() and datetime.now(UTC) are process time.
    process_time = re.compile(r"(clock|Clock|datetime|_clock|self|loop|time)\.now\(\)|def now\(\)")
    found = [
        f"{shown(path)}:{number}"
        for path in files(".py", under="server") + files(".py", under="signaling") + files(".py", under="prescriptions")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if forbidden.search(process_time.sub("", line)) and not line.lstrip().startswith(("#", '"""'))
    ]
    assert not found


def test_only_the_ledger_touches_its_counters_and_one_function_takes_places() -> None:
    touching = re.compile(
        r"\b(update|insert|delete|insert_many)\([^)]*QuotaRow|(UPDATE|INSERT INTO|DELETE FROM|MERGE INTO) quotas"
        r"|\.taken\s*[+-]?=[^=]|\.capacity\s*[+-]=",
    )
    sources = {shown(path): path.read_text(encoding="utf-8") for path in files(".py", under="server")}
    written = {name for name, source in sources.items() if "/migrations/" not in name and touching.search(source)}
    assert written == {"server/appointments/ledger.py"}
    taking = re.compile(r"_TAKE\b")
    uses = [line for source in sources.values() for line in source.splitlines() if taking.search(line)]
    assert len(uses) == 2, "the statement that takes places, and the one function that runs it"
