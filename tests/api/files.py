"""Files that citizens, and others, hand in."""

import io
import struct
import zipfile
import zlib

import pikepdf
from PIL import Image, PngImagePlugin


def photo(width: int = 40, height: int = 20, form: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    picture = Image.new("RGB", (width, height), "white")
    picture.paste("red", (0, 0, width // 2, height))
    picture.save(out, form, **options)  # type: ignore[arg-type]
    return out.getvalue()


def photo_of_a_phone() -> bytes:
    """Lying on its side, with the place where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    exif[0x010F] = "Telephone of Amina"
    exif.get_ifd(0x8825).update({1: "N", 2: (34.0, 44.0, 0.0), 3: "E", 4: (10.0, 45.0, 0.0)})
    return photo(exif=exif, comment=b"secret comment")


def png_with_words() -> bytes:
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", "Amina secret")
    return photo(form="PNG", pnginfo=words) + b"<script>alert(1)</script>"


def huge_png(width: int, height: int) -> bytes:
    """A small file that would be `width` × `height` points."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    lines = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + lines + chunk(b"IEND", b"")


def pdf(pages: int = 1) -> pikepdf.Pdf:
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page()
    return made


def written(made: pikepdf.Pdf, **options: object) -> bytes:
    out = io.BytesIO()
    made.save(out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def pdf_with_script() -> bytes:
    made = pdf()
    made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    return written(made)


def pdf_with_hidden_script() -> bytes:
    """The script lies deep in a direct object of a compressed object stream."""
    made = pdf()
    action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    made.pages[0].obj.Extra = pikepdf.Array([pikepdf.Dictionary(Inner=pikepdf.Array([action]))])
    return written(made, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def pdf_with_file() -> bytes:
    made = pdf()
    made.attachments["virus.exe"] = b"MZ"
    return written(made)


def pdf_that_launches() -> bytes:
    made = pdf()
    made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
    return written(made)


def pdf_with_password() -> bytes:
    return written(pdf(), encryption=pikepdf.Encryption(owner="a", user="b"))


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", bytes(20_000_000))
    return out.getvalue()


def docx() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
    return out.getvalue()


def voice_note(seconds: float) -> bytes:
    """Ogg with Opus: the frame of its first and last pages."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48_000, 0, 0)
    first = b"OggS" + struct.pack("<BBqIIIBB", 0, 2, 0, 1, 0, 0, 1, len(head)) + head
    end = int(seconds * 48_000) + 312
    return first + b"OggS" + struct.pack("<BBqIIIBB", 0, 4, end, 1, 1, 0, 1, 4) + b"\0" * 4


def m4a(seconds: float) -> bytes:
    kind = b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A isom"
    return (
        kind + b"\x00\x00\x00\x6cmvhd" + struct.pack(">IIIII", 0, 0, 0, 1000, int(seconds * 1000)) + bytes(80)
    )


def webm(seconds: float | None) -> bytes:
    info = b"\x2a\xd7\xb1\x83" + (1_000_000).to_bytes(3, "big")
    info += b"\x44\x89\x88" + struct.pack(">d", seconds * 1000) if seconds else b""
    return b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + bytes(20) + info + bytes(40)
