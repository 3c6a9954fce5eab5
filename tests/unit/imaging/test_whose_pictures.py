"""What a file says of its patient beside the record; who may pass for a peer; what a token is."""

from __future__ import annotations

import base64
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.identity.service import Sex
from server.imaging.devices.rules import digest_of, fresh_token, presented, read_network, stands_in
from server.imaging.matching.rules import (
    FIELDS,
    Doubt,
    Fits,
    InFile,
    InRecord,
    Verdict,
    Waits,
    compare,
    doubts,
    fits,
    joins_order,
    unconfirmed,
)
from tests.people import an_id_number

BORN = date(1968, 3, 2)
CARD = an_id_number(BORN)
RECORD = InRecord("王德顺", CARD.tail, BORN, Sex.MALE)


@pytest.mark.parametrize(
    "name", ["王德顺", "王^德顺", "Wang^Deshun", "WANG DE SHUN", "Wang^Deshun=王^德顺=", "wang^de-shun"]
)
def test_a_name_agrees_as_it_is_written_or_sounds(name: str) -> None:
    assert compare(InFile(name), RECORD)[0].verdict is Verdict.AGREES


@pytest.mark.parametrize("name", ["王德", "德顺王", "Wang", "Wang^Deshun=李^四", "王德顺2", "^"])
def test_another_name_never_agrees(name: str) -> None:
    assert compare(InFile(name), RECORD)[0].verdict in (Verdict.DIFFERS, Verdict.UNKNOWN)


def test_only_a_cards_number_says_who_somebody_is() -> None:
    other = an_id_number(BORN.replace(year=1970))
    by_number = [compare(InFile(number=card.text, id_number=card), RECORD)[1].verdict for card in (CARD, other)]
    assert by_number == [Verdict.AGREES, Verdict.DIFFERS]
    assert compare(InFile(number="MRN-17"), RECORD)[1].verdict is Verdict.UNKNOWN


@given(
    st.sampled_from(["", "王德顺", "李四"]),
    st.sampled_from(["", "19680302", "1968.03.02", "19690302"]),
    st.sampled_from(["", "M", "F", "O"]),
)
def test_nothing_that_differs_passes_and_a_name_alone_never_does(name: str, born: str, sex: str) -> None:
    compared = compare(InFile(name, "", born, sex), RECORD)
    found, differs = doubts(compared), {each.what for each in compared if each.verdict is Verdict.DIFFERS}
    assert differs <= found
    assert (joins_order(compared) is Waits.DIFFERS) == bool(differs)
    assert (fits(compared) is Fits.NO) == bool(differs)
    if name == "王德顺" and not born:
        assert Doubt.ONLY_NAME in found or Doubt.NOTHING_AGREES in found
        assert fits(compared) is not Fits.YES
    assert unconfirmed(compared, found) == frozenset()
    assert not found or unconfirmed(compared, frozenset(list(found)[1:]))
    assert joins_order(compared) is not None or any(
        each.verdict is Verdict.AGREES for each in compared if each.what in FIELDS
    )


def test_a_token_is_believed_as_bearer_or_as_a_password_and_nothing_else() -> None:
    token, device = fresh_token(), uuid4()
    assert len({fresh_token() for _ in range(50)}) == 50
    assert len(digest_of(token)) == 32
    pair = base64.b64encode(f"{device}:{token}".encode()).decode()
    as_bearer, as_basic = presented(f"Bearer {token}"), presented(f"basic {pair}")
    assert as_bearer is not None
    assert as_basic is not None
    assert (as_bearer.token, as_basic.token, as_basic.device_id) == (token, token, device)
    assert token not in repr(as_bearer)
    for wrong in (
        "",
        token,
        f"Bearer {token}x",
        f"Digest {token}",
        "Basic ###",
        "Basic " + "a" * 500,
        f"Bearer {token[:-1]}",
    ):
        assert presented(wrong) is None


@pytest.mark.parametrize(
    ("network", "inside", "outside"),
    [
        ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
        ("192.0.2.0/24", "192.0.2.200", "192.0.3.1"),
        ("2001:db8::/64", "2001:db8::5", "2001:db8:1::5"),
        ("127.0.0.1", "::ffff:127.0.0.1", "::1"),
    ],
)
def test_a_peer_stands_at_its_address(network: str, inside: str, outside: str) -> None:
    assert read_network(network) is not None
    assert stands_in(inside, network)
    assert not stands_in(outside, network)
    assert not stands_in("not an address", network)


@pytest.mark.parametrize(
    "text", ["0.0.0.0/32", "::", "0.0.0.0/0", "10.0.0.0/8", "2001:db8::/32", "224.0.0.5", "host", ""]
)
def test_what_is_no_peers_address_is_refused(text: str) -> None:
    assert read_network(text) is None
