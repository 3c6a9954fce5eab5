"""What a mark is made of, and whether it lies on its picture."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from server.imaging.marks.rules import POINTS, MarkContent, MarkKind, Point, lies_on

_INSIDE = st.tuples(st.floats(0, 512), st.floats(0, 400))


@given(st.sampled_from(MarkKind), st.data())
def test_a_mark_with_its_points_on_the_picture_lies_on_it(kind: MarkKind, data: st.DataObject) -> None:
    points: list[Point] = data.draw(st.lists(_INSIDE, min_size=POINTS[kind], max_size=POINTS[kind]))
    assert lies_on(kind, points, rows=400, columns=512)
    assert not lies_on(kind, [*points, (1.0, 1.0)], rows=400, columns=512)
    assert not lies_on(kind, points[1:], rows=400, columns=512)


@pytest.mark.parametrize("outside", [(514.0, 10.0), (10.0, 402.0), (-2.0, 10.0), (10.0, -2.0)])
def test_a_point_off_the_picture_is_off_it(outside: Point) -> None:
    assert lies_on(MarkKind.LENGTH, [(0.0, 0.0), (512.0, 400.0)], rows=400, columns=512)
    assert not lies_on(MarkKind.LENGTH, [(0.0, 0.0), outside], rows=400, columns=512)


@pytest.mark.parametrize("figure", [float("nan"), float("inf"), 1e12])
def test_what_is_no_figure_is_not_kept(figure: float) -> None:
    told = {"points": [[1, 2], [3, 4]], "figures": {"unit": "mm", "length": 2.8}}
    assert MarkContent.model_validate(told).figures is not None
    with pytest.raises(ValidationError):
        MarkContent.model_validate({**told, "figures": {"unit": "mm", "length": figure}})
