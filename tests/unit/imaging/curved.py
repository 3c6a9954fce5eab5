"""Files whose grey is more than a straight line between two values: functions of windows, curves, tables of the modality."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import FileDataset
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_voi_lut
from pydicom.uid import ImplicitVRLittleEndian, generate_uid

from . import hostile

Array = NDArray[Any]


def files() -> dict[str, bytes]:
    """By what is in them."""
    made = {
        "sigmoid": _file(VOILUTFunction="SIGMOID"),
        "sigmoid, signed": _file(VOILUTFunction="SIGMOID", PixelRepresentation=1),
        "sigmoid, dark is high": _file(VOILUTFunction="SIGMOID", PhotometricInterpretation="MONOCHROME1"),
        "exact, narrow": _file(VOILUTFunction="LINEAR_EXACT", WindowCenter=-499.75, WindowWidth=0.5),
        "exact": _file(VOILUTFunction="LINEAR_EXACT", WindowCenter=-420.3, WindowWidth=611.7),
        "curve of 12 bits": _file(VOILUTSequence=[_curve(4096, -1024, 12)]),
        "curve of 16 bits in words": _in_words(_file(VOILUTSequence=[_curve(3000, -900, 16)], PixelRepresentation=1)),
        "curve of 10 bits, dark is high": _file(
            VOILUTSequence=[_curve(700, -800, 10)], PhotometricInterpretation="MONOCHROME1"
        ),
        "two curves": _file(VOILUTSequence=[_curve(4096, -1024, 12), _curve(4096, -1024, 12, falling=True)]),
        "modality table": _file(ModalityLUTSequence=[_table()], WindowCenter=20000, WindowWidth=30000),
        "modality table, sigmoid": _file(
            ModalityLUTSequence=[_table()], WindowCenter=20000, WindowWidth=30000, VOILUTFunction="SIGMOID"
        ),
        "modality table, curve": _file(ModalityLUTSequence=[_table()], VOILUTSequence=[_curve(65536, 0, 16)]),
    }
    assert all(hostile.read(content).SOPInstanceUID for content in made.values())
    return made


def as_pydicom_shows(real: Array, dataset: Dataset) -> Array:
    """The file's first curve over values after the modality's table or slope, in 0 to 255 (MONOCHROME1 turned)."""
    depth = int(dataset.VOILUTSequence[0].LUTDescriptor[2])
    shown: Array = apply_voi_lut(real.astype(np.int64), dataset).astype(np.float64) / (2**depth - 1) * 255
    return 255 - shown if dataset.PhotometricInterpretation == "MONOCHROME1" else shown


def _file(**values: Any) -> bytes:
    data = hostile.read(hostile.good(96))
    if "ModalityLUTSequence" in values:
        del data.RescaleSlope, data.RescaleIntercept
    for keyword, value in values.items():
        setattr(data, keyword, value)
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    return hostile.written(data)


def _curve(count: int, first: int, bits: int, *, falling: bool = False) -> Dataset:
    """An S, as laser printers and screens have them."""
    share = 1 / (1 + np.exp(-10 * (np.linspace(0, 1, count) - 0.4)))
    values = np.rint((1 - share if falling else share) * (2**bits - 1)).astype(int)
    item = Dataset()
    item.add(DataElement("LUTDescriptor", "SS" if first < 0 else "US", [count % 65536, first, bits]))
    item.LUTExplanation = "FALLING" if falling else "PRINT"
    # What is too long for a length of 16 bits is written as words.
    long = values.size * 2 >= 65536
    item.add(
        DataElement("LUTData", "OW" if long else "US", values.astype("<u2").tobytes() if long else values.tolist())
    )
    return item


def _table() -> Dataset:
    """What a film digitiser says of its values: optical density, not a straight line."""
    item = Dataset()
    item.add(DataElement("LUTDescriptor", "US", [4096, 0, 16]))
    item.ModalityLUTType = "OD"
    density = np.rint(60000 * np.sqrt(np.linspace(0, 1, 4096))).astype(int)
    item.add(DataElement("LUTData", "US", density.tolist()))
    return item


def _in_words(content: bytes) -> bytes:
    """The same with its table as OW, in the implicit syntax: there only the dictionary says what an element is."""
    data: FileDataset = hostile.read(content)
    item = data.VOILUTSequence[0]
    item.add(DataElement("LUTData", "OW", np.asarray(item.LUTData, "<u2").tobytes()))
    data.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    return hostile.written(data)
