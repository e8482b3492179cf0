"""How long a recording is, read from the file's own frame: Ogg, MP4/M4A, WebM; None where it does not say.

Ogg: RFC 3533 (granule position of the last page) and RFC 7845 (Opus counts 48,000 a second). MP4: ISO/IEC
14496-12 `mvhd`. WebM: RFC 9559 `Duration`, which browsers often leave out.
"""

import math
import struct

LONGEST = 24 * 3600.0


def seconds_of(data: bytes, media_type: str) -> float | None:
    """Length in seconds, to a tenth."""
    readers = {
        "audio/ogg": _ogg,
        "audio/mp4": _mp4,
        "video/mp4": _mp4,
        "audio/webm": _webm,
        "video/webm": _webm,
    }
    reader = readers.get(media_type)
    try:
        length = reader(data) if reader else None
    except (struct.error, ZeroDivisionError, OverflowError):
        return None
    if length is None or not math.isfinite(length) or not 0 < length <= LONGEST:
        return None
    return round(length, 1)


def _ogg(data: bytes) -> float | None:
    last = data.rfind(b"OggS")
    opus, vorbis = data.find(b"OpusHead", 0, 200), data.find(b"\x01vorbis", 0, 200)
    if last < 0 or (opus < 0 and vorbis < 0):
        return None
    (position,) = struct.unpack_from("<q", data, last + 6)
    if opus >= 0:
        (skipped,) = struct.unpack_from("<H", data, opus + 10)
        return (int(position) - int(skipped)) / 48_000
    (rate,) = struct.unpack_from("<I", data, vorbis + 12)
    return int(position) / int(rate)


def _mp4(data: bytes) -> float | None:
    box = data.find(b"mvhd")
    if box < 0:
        return None
    is_long = data[box + 4 : box + 5] == b"\x01"
    scale, duration = struct.unpack_from(">IQ" if is_long else ">II", data, box + (24 if is_long else 16))
    return int(duration) / int(scale)


def _webm(data: bytes) -> float | None:
    at = data.find(b"\x44\x89", 0, 4096)
    size = {0x84: ">f", 0x88: ">d"}.get(data[at + 2]) if 0 <= at < len(data) - 2 else None
    if size is None:
        return None
    (ticks,) = struct.unpack_from(size, data, at + 3)
    scale_at = data.find(b"\x2a\xd7\xb1\x83", 0, 4096)
    scale = int.from_bytes(data[scale_at + 4 : scale_at + 7], "big") if scale_at >= 0 else 1_000_000
    return float(ticks) * scale / 1e9
