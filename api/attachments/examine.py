"""What a file is and a harmless copy of it; nothing here trusts its name.

Images are drawn anew: orientation applied, then EXIF, position, comments and anything behind the picture
are gone. A PDF that could run, open or carry something is refused. Recordings are kept as they are.

Files are examined in a process of their own with bounded memory and time (`python -m
api.attachments.examine`), so that one made to exhaust its reader ends that process and nothing else.
"""

import io
import json
import resource
import struct
import sys
import warnings
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import filetype
import pikepdf
from PIL import Image, ImageOps

from api.attachments.enums import AttachmentKind
from api.attachments.errors import AttachmentTypeRefused, AttachmentUnsafe
from api.attachments.finding import CPU_SECONDS, MEMORY, Finding
from api.attachments.recording import seconds_of
from api.errors import Problem
from api.policy import policy

JPEG_QUALITY = 90
DEEPEST = 60
# With these a PDF runs code, opens programs or addresses, or carries other files (ISO 32000-1).
PDF_KEYS = frozenset({"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent"})
PDF_ACTIONS = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/Rendition", "/RichMediaExecute"}
)


def examine(data: bytes) -> tuple[Finding, bytes]:
    """The kind of `data` and its harmless form; raises `AttachmentTypeRefused`, `AttachmentUnsafe`."""
    media_type = filetype.guess_mime(data)
    kinds = [kind for kind, types in policy().attachment_types.items() if media_type in types]
    if not kinds:
        raise AttachmentTypeRefused()
    if kinds[0] == AttachmentKind.IMAGE:
        return Finding(kinds[0], media_type), redraw(data, media_type)
    if kinds[0] == AttachmentKind.DOCUMENT:
        check_pdf(data)
        return Finding(kinds[0], media_type), data
    return Finding(kinds[0], media_type, seconds_of(data, media_type)), data


def redraw(data: bytes, media_type: str) -> bytes:
    """The picture alone, upright; raises `AttachmentUnsafe`."""
    form = media_type.removeprefix("image/").upper()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=[form])
            _check_size(picture)
            return _encode(ImageOps.exif_transpose(picture), form)
    except (OSError, ValueError, SyntaxError, struct.error, Image.DecompressionBombError) as failure:
        raise AttachmentUnsafe() from failure
    except (Image.DecompressionBombWarning, MemoryError, EOFError) as failure:
        raise AttachmentUnsafe() from failure


def check_pdf(data: bytes) -> None:
    """Raises `AttachmentUnsafe` for a PDF that is damaged, locked, too long, or can do more than be read."""
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            if len(pdf.pages) > policy().limits.pdf_pages or any(map(_acts, _dictionaries(pdf))):
                raise AttachmentUnsafe()
    except (
        pikepdf.PdfError,
        pikepdf.PasswordError,
        ValueError,
        RuntimeError,
        RecursionError,
        MemoryError,
    ) as failure:
        raise AttachmentUnsafe() from failure


def _check_size(picture: Image.Image) -> None:
    if picture.width * picture.height > policy().limits.image_pixels:
        raise AttachmentUnsafe("The picture has too many points.")


def _encode(picture: Image.Image, form: str) -> bytes:
    if form == "JPEG":
        picture = picture.convert("L" if picture.mode == "L" else "RGB")
    elif picture.mode not in ("1", "L", "RGB", "RGBA"):
        picture = picture.convert("RGBA")
    picture.info = {}  # what encoders would copy: profiles, text chunks, EXIF
    out = io.BytesIO()
    picture.save(out, form, **({"quality": JPEG_QUALITY} if form != "PNG" else {}))
    return out.getvalue()


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    yield from _inside(pdf.trailer, 0)
    for one in pdf.objects:
        yield from _inside(one, 0)


def _inside(one: Any, depth: int) -> Iterator[Any]:
    if depth > DEEPEST:
        raise AttachmentUnsafe()
    if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
        yield one
        parts: list[Any] = [one.get(key) for key in one.keys()]  # noqa: SIM118
    else:
        parts = list(one) if isinstance(one, pikepdf.Array) else []
    for part in parts:
        # Indirect objects are visited on their own; following them here would go in circles.
        if isinstance(part, pikepdf.Object) and not part.is_indirect:
            yield from _inside(part, depth + 1)


def _acts(one: Any) -> bool:
    action = one.get("/S")
    named = str(action) if isinstance(action, pikepdf.Name) else ""
    return not PDF_KEYS.isdisjoint(one.keys()) or named in PDF_ACTIONS


def main() -> None:
    """Examine standard input; a line of JSON, then the harmless bytes, or the code of the refusal."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    try:
        finding, clean = examine(sys.stdin.buffer.read())
        head, body = asdict(finding), clean
    except Problem as refusal:
        head, body = {"code": refusal.code}, b""
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + body)


if __name__ == "__main__":
    main()
