"""OpenSSL's libcrypto by ctypes, as much of it as SM2 needs: `cryptography` signs with no curve of the GM standards.

Declares the functions and frees what they give; what is done with them is `sm2.py`. Every call has its own contexts, so
threads do not meet.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_size_t, c_void_p
from ctypes.util import find_library
from functools import cache
from typing import Any, Final

_NAMES: Final = ("libcrypto.so.3", "libcrypto.3.dylib", "libcrypto-3-x64.dll")
_MISSING: Final = (
    "SM2 needs OpenSSL 3 with SM2 on this machine, and {found}: install it (Debian: libssl3), or set"
    " LIANYI_SIGNING__ALGORITHM=ES256."
)

# Name: what it gives, what it takes. Pointers to OpenSSL's things are void pointers; None is NULL.
_FUNCTIONS: Final[dict[str, tuple[Any, tuple[Any, ...]]]] = {
    "OpenSSL_version_num": (ctypes.c_ulong, ()),
    "ERR_clear_error": (None, ()),
    "EVP_sm3": (c_void_p, ()),
    "EVP_PKEY_free": (None, (c_void_p,)),
    "EVP_PKEY_is_a": (c_int, (c_void_p, c_char_p)),
    "EVP_PKEY_CTX_new_from_name": (c_void_p, (c_void_p, c_char_p, c_char_p)),
    "EVP_PKEY_CTX_new_from_pkey": (c_void_p, (c_void_p, c_void_p, c_char_p)),
    "EVP_PKEY_CTX_free": (None, (c_void_p,)),
    "EVP_PKEY_CTX_set1_id": (c_int, (c_void_p, c_char_p, c_size_t)),
    "EVP_PKEY_keygen_init": (c_int, (c_void_p,)),
    "EVP_PKEY_keygen": (c_int, (c_void_p, POINTER(c_void_p))),
    "EVP_MD_CTX_new": (c_void_p, ()),
    "EVP_MD_CTX_free": (None, (c_void_p,)),
    "EVP_MD_CTX_set_pkey_ctx": (None, (c_void_p, c_void_p)),
    "EVP_DigestSignInit": (c_int, (c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)),
    "EVP_DigestSign": (c_int, (c_void_p, c_char_p, POINTER(c_size_t), c_char_p, c_size_t)),
    "EVP_DigestVerifyInit": (c_int, (c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)),
    "EVP_DigestVerify": (c_int, (c_void_p, c_char_p, c_size_t, c_char_p, c_size_t)),
    "i2d_PrivateKey": (c_int, (c_void_p, POINTER(c_void_p))),
    "d2i_AutoPrivateKey": (c_void_p, (c_void_p, POINTER(c_void_p), c_long)),
    "i2d_PUBKEY": (c_int, (c_void_p, POINTER(c_void_p))),
    "d2i_PUBKEY": (c_void_p, (c_void_p, POINTER(c_void_p), c_long)),
    "i2d_X509": (c_int, (c_void_p, POINTER(c_void_p))),
    "d2i_X509": (c_void_p, (c_void_p, POINTER(c_void_p), c_long)),
    "X509_free": (None, (c_void_p,)),
    "X509_set_pubkey": (c_int, (c_void_p, c_void_p)),
    "X509_get_pubkey": (c_void_p, (c_void_p,)),
    "X509_sign_ctx": (c_int, (c_void_p, c_void_p)),
    "X509_verify": (c_int, (c_void_p, c_void_p)),
    "X509_set0_distinguishing_id": (None, (c_void_p, c_void_p)),
    "ASN1_OCTET_STRING_new": (c_void_p, ()),
    "ASN1_OCTET_STRING_set": (c_int, (c_void_p, c_char_p, c_int)),
}


class NoSm2(Exception):
    """This machine's libcrypto cannot do SM2; the text is the one sentence for the person at the terminal."""


class Refused(Exception):
    """libcrypto did not take what it was given."""


@cache
def libcrypto() -> Any:
    """The library with its functions declared. Raises: NoSm2."""
    library = _loaded()
    try:
        for name, (gives, takes) in _FUNCTIONS.items():
            function = getattr(library, name)
            function.restype, function.argtypes = gives, takes
    except AttributeError:
        raise NoSm2(_MISSING.format(found="the libcrypto found here is older or lacks it")) from None
    context = library.EVP_PKEY_CTX_new_from_name(None, b"SM2", None)
    if not context:
        raise NoSm2(_MISSING.format(found="the libcrypto found here was built without SM2"))
    library.EVP_PKEY_CTX_free(context)
    return library


def _loaded() -> ctypes.CDLL:
    for name in (*_NAMES, find_library("crypto")):
        try:
            if name:
                return ctypes.CDLL(name)
        except OSError:
            continue
    raise NoSm2(_MISSING.format(found="no libcrypto was found"))


def read(function: str, der: bytes) -> int:
    """A thing of libcrypto's out of its DER; the caller frees it. Raises: Refused."""
    place = c_void_p(ctypes.cast(c_char_p(der), c_void_p).value)
    start = place.value or 0
    found: int | None = getattr(libcrypto(), function)(None, byref(place), len(der))
    if not found:
        libcrypto().ERR_clear_error()
        raise Refused(function)
    if (place.value or 0) - start != len(der):
        freed(function, found)
        raise Refused(function)
    return found


def freed(function: str, thing: int) -> None:
    """Give back what `read` gave."""
    free: Callable[[int], None] = libcrypto().X509_free if function == "d2i_X509" else libcrypto().EVP_PKEY_free
    free(thing)


def written(function: str, thing: int) -> bytes:
    """The DER of a thing of libcrypto's."""
    size = getattr(libcrypto(), function)(thing, None)
    require(size > 0, function)
    room = ctypes.create_string_buffer(size)
    place = c_void_p(ctypes.addressof(room))
    require(getattr(libcrypto(), function)(thing, byref(place)) == size, function)
    return room.raw


def require(done: bool, what: str) -> None:
    """Nothing when it was done. Raises: Refused."""
    if not done:
        libcrypto().ERR_clear_error()
        raise Refused(what)
