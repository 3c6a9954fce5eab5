"""What cloud film refuses: the reason, then the way out. All but the first are told only to who holds the link."""

from __future__ import annotations

from server.foundation.errors import Conflict, Gone, Invalid


class FilmUnknown(Gone):
    """No such link was ever made; nothing more is said."""

    code = "film-unknown"
    zh = "这个云胶片链接无效。请核对链接是否完整，或请患者重新生成一个"
    en = "This cloud film link is not valid. Check that it is whole, or ask the patient for a new one"
    rule = "imaging-60"


class FilmExpired(Gone):
    """Its days are over."""

    code = "film-expired"
    zh = "这个云胶片链接已到期。请患者重新生成一个"
    en = "This cloud film link has expired. The patient can make a new one"
    rule = "imaging-60"


class FilmRevoked(Gone):
    """The patient's side took it back."""

    code = "film-revoked"
    zh = "这个云胶片链接已被收回。需要时请联系患者本人"
    en = "This cloud film link was withdrawn. Ask the patient if you need it"
    rule = "imaging-60"


class FilmLocked(Conflict):
    """Too many wrong digits; it stays so."""

    code = "film-locked"
    zh = "后四位多次输错，这个链接已锁定。请患者重新生成一个"
    en = "Too many wrong tries: this link is locked. The patient can make a new one"
    rule = "imaging-61"


class FilmDigitsWrong(Invalid):
    """Not the patient's digits."""

    code = "film-digits-wrong"
    zh = "身份证号后四位不对，还可以试 {left} 次"
    en = "These are not the last four characters of the patient's ID number; {left} tries are left"
    rule = "imaging-61"


class FilmsEnough(Conflict):
    """Every open link is one more way in."""

    code = "films-enough"
    zh = "这次检查已有 {most} 个有效链接，请先收回不用的"
    en = "There are {most} working links for this study already; withdraw those that are not needed"
    rule = "imaging-60"


class StudyNotReady(Conflict):
    """Pictures still arrive, or it is not known whose they are."""

    code = "film-study-not-ready"
    zh = "影像还没有全部到齐或核对，完成后才能分享"
    en = "The pictures are not complete or not matched yet; they can be shared then"
