"""The face of imaging to the composition root: what a process needs before it serves pictures."""

from __future__ import annotations

from server.foundation.ground import Ground
from server.foundation.vault import Vault
from server.settings import ImagingSettings, Settings

from . import access, by_consultation
from .archive.keeping import Archive
from .archive.orthanc import OrthancArchive
from .archive.packs import Packs
from .dicom.pool import DecoderPool
from .dicomweb.serving import serve as serve_dicomweb
from .film import bearers
from .listener.starting import listening
from .orders.seeing import by_order
from .studies.shelf import Shelf


def attach(ground: Ground) -> None:
    """Give a process everybody who may give a right to a study, the holders of films, the archive and its decoders."""
    ground.provide(
        access.Rights((access.by_record, access.by_owning, by_order, by_consultation.by_meeting, bearers.by_film))
    )
    by_consultation.attach(ground)
    bearers.attach(ground)
    packs = Packs(Vault(ground.part(Settings).data_dir / "vault" / "pictures", ground.keys))
    ground.provide(Shelf(_archive(ground.part(ImagingSettings), packs), packs, DecoderPool()))


def _archive(settings: ImagingSettings, packs: Packs) -> Archive:
    if settings.orthanc_url is None:
        return packs
    password = settings.orthanc_password.get_secret_value() if settings.orthanc_password else None
    return OrthancArchive(settings.orthanc_url, settings.orthanc_user, password, packs)


async def detach(ground: Ground) -> None:
    """Let the decoding children go, when the process ends."""
    await ground.part(Shelf).close()


__all__ = ["attach", "detach", "listening", "serve_dicomweb"]
