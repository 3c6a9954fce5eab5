"""The decoding child: takes one request after another on standard input, within limits of memory, time and files.

It looks into bytes that strangers made, so it has nothing to lose: no database, no keys, no environment, no file it could
write. When it dies, the frame is refused and another child is started. Started by `pool`, never by hand.
"""

from __future__ import annotations

import io
import json
import logging
import os
import resource
import sys
import warnings
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from typing import Any, Final

import pydicom
from pydicom.dataset import Dataset

from . import twelve_bits
from .copying import NotCopied, may_copy, teaching_copy
from .documents import document_of
from .drawing import Form, draw, packed
from .inspecting import data_set_of, inflate
from .pixels import Array, Frame, as_sent, decode, joined
from .plain import plain_file, plain_values, value_at
from .protocol import Message, read, write
from .syntaxes import SYNTAXES
from .verdict import NotTaken
from .windowing import Wanted

_ELEMENT: Final = 8  # bytes of the pixel element's head that come behind the header
_LARGE_HEADER: Final = 32 * 1024
_headers: OrderedDict[bytes, Dataset] = OrderedDict()


def main() -> None:
    """Serve until the pipe closes."""
    memory, cpu_s = (int(each) for each in sys.argv[1:3])
    _limit(memory)
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    twelve_bits.install()
    pipe_in, pipe_out = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not come between our answers
    while (asked := read(pipe_in)) is not None:
        _allow_cpu(cpu_s)
        write(pipe_out, _answer(asked))


def _limit(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def _allow_cpu(seconds: int) -> None:
    """So many seconds more for this request; the kernel ends us after them."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _answer(asked: Message) -> Message:
    try:
        facts, content = _DO[asked.facts["do"]](asked)
    except MemoryError:
        return _refused("too-large")
    except NotCopied as refusal:
        return _refused(refusal.reason)
    except NotTaken as refusal:
        return _refused(refusal.reason.value)
    except Exception as error:  # decoders raise anything; which one it was is told, never what it said
        return _refused("cannot-decode", type(error).__name__)
    return Message({"ok": True, **facts}, (content,))


def _refused(reason: str, error: str = "") -> Message:
    return Message({"ok": False, "reason": reason, "error": error})


def _frame(asked: Message) -> tuple[Dataset, Frame]:
    """The header and the frame that a request brings, as viewers get it."""
    header, values = _values(asked)
    return header, as_sent(values, header, asked.facts["slope"], asked.facts["intercept"])


def _values(asked: Message) -> tuple[Dataset, Array]:
    """The same, as it is stored; a request brings the header with the pixel element's head, and the frame's bytes."""
    facts, (head, raw) = asked.facts, asked.blobs
    syntax = SYNTAXES[facts["syntax"]]
    if syntax.encapsulated and facts["frames"] == 1:
        raw = joined(raw)
    header = _header(head[:-_ELEMENT], syntax.uid)
    values = decode(header, syntax, raw, head[-_ELEMENT:], index=facts["index"], frames=facts["frames"])
    return header, values


def _header(head: bytes, uid: str) -> Dataset:
    """The header read; a large one (of many frames) is remembered for the next frame."""
    if len(head) < _LARGE_HEADER:
        return data_set_of(head, uid)
    digest = blake2b(head, digest_size=16).digest()
    if digest not in _headers:
        _headers[digest] = data_set_of(head, uid)
        while len(_headers) > 2:
            _headers.popitem(last=False)
    return _headers[digest]


def _plain_frame(asked: Message) -> tuple[dict[str, Any], bytes]:
    header, values = _values(asked)
    return {}, plain_values(values, header)


def _plain_file(asked: Message) -> tuple[dict[str, Any], bytes]:
    return {}, plain_file(asked.blobs[0])


def _value(asked: Message) -> tuple[dict[str, Any], bytes]:
    """One value of the header, by its path."""
    found = value_at(data_set_of(asked.blobs[0], asked.facts["syntax"]), asked.facts["path"])
    return {"found": found is not None}, found or b""


def _pixels(asked: Message) -> tuple[dict[str, Any], bytes]:
    return packed(_frame(asked)[1])


def _picture(asked: Message) -> tuple[dict[str, Any], bytes]:
    facts = asked.facts
    header, frame = _frame(asked)
    wanted = Wanted(_pair(facts["window"]), _pair(facts["own"]), facts["function"])
    drawn = draw(header, frame, size=facts["size"], wanted=wanted, form=Form(facts["form"]), fine=facts["fine"])
    shown = [drawn.window.centre, drawn.window.width] if drawn.window else None
    return {"columns": drawn.columns, "rows": drawn.rows, "window": shown}, drawn.content


def _pair(window: list[float] | None) -> tuple[float, float] | None:
    return (window[0], window[1]) if window else None


def _document(asked: Message) -> tuple[dict[str, Any], bytes]:
    kind, content = document_of(data_set_of(asked.blobs[0], asked.facts["syntax"]))
    return {"type": kind}, content


def _inflate(asked: Message) -> tuple[dict[str, Any], bytes]:
    return {}, inflate(asked.blobs[0])


def _copy(asked: Message) -> tuple[dict[str, Any], bytes]:
    content, key = asked.blobs
    return {}, teaching_copy(pydicom.dcmread(io.BytesIO(content)), key)


def _may_copy(asked: Message) -> tuple[dict[str, Any], bytes]:
    header = data_set_of(asked.blobs[0], asked.facts["syntax"])
    may_copy(header, has_pixels=True)
    return {}, b""


def _metadata(asked: Message) -> tuple[dict[str, Any], bytes]:
    """The header as DICOM JSON (PS3.18 F); bulk data stays out."""
    header = data_set_of(asked.blobs[0], asked.facts["syntax"])
    found = header.to_json_dict(
        bulk_data_threshold=1024, bulk_data_element_handler=lambda _: "", suppress_invalid_tags=True
    )
    return {}, json.dumps(found).encode()


_DO: Final[dict[str, Callable[[Message], tuple[dict[str, Any], bytes]]]] = {
    "pixels": _pixels,
    "picture": _picture,
    "document": _document,
    "inflate": _inflate,
    "copy": _copy,
    "may-copy": _may_copy,
    "metadata": _metadata,
    "plain-frame": _plain_frame,
    "plain-file": _plain_file,
    "value": _value,
}


if __name__ == "__main__":
    main()
