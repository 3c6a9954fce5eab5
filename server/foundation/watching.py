"""Who may watch which topic: `queue:{id}`, say. A page that watches is told that it changed, and fetches it again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from .actor import Actor
from .ground import Ground
from .work import Work, unit_of_work

MayWatch = Callable[[Work, str], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Topic:
    """A family of topics by the word before the colon, and the object rule that guards it (given the part after)."""

    word: str
    allows: MayWatch


def guard(ground: Ground, topics: Sequence[Topic]) -> Callable[[Actor, str], Awaitable[bool]]:
    """The one question realtime asks: may this actor watch this topic?"""
    rules = {topic.word: topic.allows for topic in topics}

    async def may_watch(actor: Actor, topic: str) -> bool:
        word, _, subject = topic.partition(":")
        rule = rules.get(word)
        if rule is None or actor.role is None:
            return False
        async with unit_of_work(ground, actor) as work:
            return await rule(work, subject)

    return may_watch
