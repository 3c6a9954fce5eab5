"""What a prescription refuses, each the sentence's subject: the reason, then the way out. Whose it is not gets `Unknown`."""

from __future__ import annotations

from server.foundation.errors import Conflict

__all__ = ["PrescriptionChangedElsewhere"]


class PrescriptionChangedElsewhere(Conflict):
    """Another tab or person saved in between; `version` stands now."""

    code = "prescription-changed-elsewhere"
    zh = "处方在别处已被修改（现为第 {version} 版），请刷新核对后再操作"
    en = "The prescription was changed elsewhere (version {version} stands now); refresh, look again and repeat"
