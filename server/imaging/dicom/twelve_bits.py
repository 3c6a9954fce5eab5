"""JPEG Extended with 12 bits, which pydicom leaves out of its GDCM plugin: GDCM's own decoder, as a plugin of pydicom's.

GDCM's answer for pydicom's own 12-bit files is the published one (tests/unit/imaging). Runs in the child.
"""

from __future__ import annotations

from typing import Any, Final

import gdcm  # type: ignore[import-untyped]  # its wheel has no types
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import JPEGExtended12Bit

DECODER_DEPENDENCIES: Final = {JPEGExtended12Bit: ("numpy", "gdcm>=3.0.10")}


def is_available(uid: str) -> bool:
    """For pydicom: this syntax only."""
    return uid == JPEGExtended12Bit


def decode_frame(source: bytes, runner: Any) -> bytes:
    """One grey frame of more than 8 bits, in 16-bit words."""
    if runner.samples_per_pixel != 1 or not 8 < runner.bits_stored <= 12:
        raise ValueError("not grey of 12 bits")
    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(source)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((runner.columns, runner.rows, 1))
    image.SetDataElement(element)
    kind = gdcm.PhotometricInterpretation.GetPIType(str(runner.photometric_interpretation))
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(kind))
    syntax = gdcm.TransferSyntax.GetTSType(str(JPEGExtended12Bit))
    image.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    bits = runner.bits_stored
    image.SetPixelFormat(gdcm.PixelFormat(1, 16, bits, bits - 1, runner.pixel_representation))
    runner.set_option("bits_allocated", 16)
    # GDCM's binding gives bytes as text.
    return bytes(image.GetBuffer().encode("utf-8", "surrogateescape"))


def install() -> None:
    """Let pydicom know; once per process."""
    decoder = get_decoder(JPEGExtended12Bit)
    if "twelve_bits" not in decoder.available_plugins:
        decoder.add_plugin("twelve_bits", (__name__, "decode_frame"))
