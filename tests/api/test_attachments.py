"""Files handed in: cleaned, refused when they could harm, sealed on the disk, shown only with the case."""

import asyncio
import io
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydantic import SecretStr

from api.attachments.errors import AttachmentTypeRefused, AttachmentUnsafe, ScannerUnavailable
from api.attachments.examine import examine
from api.attachments.intake import Intake
from api.attachments.recording import seconds_of
from api.attachments.scanner import ClamAv, NoScanner
from api.attachments.service import AttachmentService, file_name
from api.attachments.store import AttachmentStore, DamagedFile
from api.clock import now
from api.policy import policy
from api.settings import Settings
from tests.api import files
from tests.api.acting import Citizen, problem

KEY = Settings(_env_file=None).attachments_key  # type: ignore[call-arg]


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


class TestExamination:
    def test_a_photo_stands_upright_and_says_neither_where_nor_by_whom(self) -> None:
        finding, clean = examine(files.photo_of_a_phone())
        picture = opened(clean)
        assert (finding.kind, finding.media_type) == ("image", "image/jpeg")
        assert picture.size == (20, 40)
        assert not picture.getexif()
        assert b"Telephone" not in clean
        assert b"secret" not in clean

    def test_words_in_and_behind_a_picture_are_gone(self) -> None:
        _, clean = examine(files.png_with_words())
        assert b"secret" not in clean
        assert b"script" not in clean
        assert opened(clean).size == (40, 20)

    @pytest.mark.parametrize(
        ("form", "mode"),
        [
            *(("JPEG", mode) for mode in ("1", "L", "RGB", "CMYK")),
            *(("PNG", mode) for mode in ("1", "L", "P", "RGB", "RGBA", "LA", "I;16")),
            *(("WEBP", mode) for mode in ("L", "RGB", "RGBA")),
        ],
    )
    def test_every_usual_picture_is_drawn_again(self, form: str, mode: str) -> None:
        out = io.BytesIO()
        Image.new(mode, (8, 8)).save(out, form)
        assert opened(examine(out.getvalue())[1]).size == (8, 8)

    @pytest.mark.parametrize("size", [(20_000, 20_000), (7_000, 7_000), (100_000, 500)])
    def test_a_picture_of_too_many_points_is_not_even_opened(self, size: tuple[int, int]) -> None:
        with pytest.raises(AttachmentUnsafe):
            examine(files.huge_png(*size))

    def test_half_a_picture_is_refused(self) -> None:
        whole = files.photo(400, 400)
        with pytest.raises(AttachmentUnsafe):
            examine(whole[: len(whole) // 2])

    @pytest.mark.parametrize(
        "make",
        [
            files.pdf_with_script,
            files.pdf_with_hidden_script,
            files.pdf_with_file,
            files.pdf_that_launches,
            files.pdf_with_password,
            lambda: files.written(files.pdf(pages=policy().limits.pdf_pages + 1)),
            lambda: b"%PDF-1.7\nnothing of the kind",
        ],
        ids=["script", "hidden script", "file inside", "launches", "password", "too long", "damaged"],
    )
    def test_a_pdf_that_can_do_more_than_be_read_is_refused(self, make: Callable[[], bytes]) -> None:
        with pytest.raises(AttachmentUnsafe):
            examine(make())

    def test_a_plain_pdf_is_taken_as_it_is(self) -> None:
        made = files.written(files.pdf(pages=3))
        finding, clean = examine(made)
        assert (finding.kind, clean) == ("document", made)

    @pytest.mark.parametrize(
        "data",
        [
            b"<html><script>alert(1)</script></html>",
            b"",
            b"just words",
            files.docx(),
            files.zip_bomb(),
            b"MZ" + bytes(200),
            b"GIF89a" + bytes(50),
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        ],
        ids=["html", "empty", "text", "docx", "zip bomb", "program", "gif", "svg"],
    )
    def test_other_files_are_refused_whatever_their_name(self, data: bytes) -> None:
        with pytest.raises(AttachmentTypeRefused):
            examine(data)

    @pytest.mark.parametrize(
        ("data", "media_type", "seconds"),
        [
            (files.voice_note(7.5), "audio/ogg", 7.5),
            (files.m4a(12.3), "audio/mp4", 12.3),
            (files.webm(4.0), "video/webm", 4.0),
            (files.webm(None), "video/webm", None),
        ],
    )
    def test_a_recording_is_kept_with_its_length(
        self, data: bytes, media_type: str, seconds: float | None
    ) -> None:
        finding, clean = examine(data)
        assert (finding.kind, finding.media_type, finding.seconds, clean) == (
            "voice",
            media_type,
            seconds,
            data,
        )

    @given(st.binary(max_size=400), st.sampled_from(["audio/ogg", "audio/mp4", "video/webm"]))
    def test_no_recording_breaks_the_clock(self, data: bytes, media_type: str) -> None:
        for frame in (b"OggS", b"OpusHead", b"\x01vorbis", b"mvhd", b"\x44\x89\x88"):
            seconds_of(frame + data, media_type)

    @given(st.binary(max_size=300))
    def test_no_bytes_break_the_examination(self, data: bytes) -> None:
        for start in (
            b"",
            b"\xff\xd8\xff\xe0",
            b"\x89PNG\r\n\x1a\n",
            b"RIFF\x10\0\0\0WEBPVP8 ",
            b"%PDF-1.4\n",
        ):
            try:
                examine(start + data)
            except (AttachmentTypeRefused, AttachmentUnsafe) as refusal:
                assert refusal.code in ("attachment_type_refused", "attachment_unsafe")


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("facture.pdf", "facture.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Amina\\صورة.jpg", "صورة.jpg"),
        ("a\u202egpj.exe", "agpj.exe"),
        ('"><script>.png', "script.png"),
        ("", "file"),
        ("\u0000..", "file"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_file_name_is_only_a_name(given_name: str, kept: str) -> None:
    assert file_name(given_name) == kept


class TestStore:
    def test_what_is_put_comes_back_and_is_kept_once(self, tmp_path: Path) -> None:
        store = AttachmentStore(tmp_path, KEY)
        first, second = store.put(b"a letter of Amina"), store.put(b"a letter of Amina")
        assert first == second
        assert store.get(first) == b"a letter of Amina"
        assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1

    def test_the_disk_tells_nothing(self, tmp_path: Path) -> None:
        AttachmentStore(tmp_path, KEY).put(b"a letter of Amina")
        (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert b"Amina" not in file.read_bytes()
        assert file.stat().st_mode & 0o077 == 0

    def test_a_changed_file_or_another_key_does_not_open(self, tmp_path: Path) -> None:
        store = AttachmentStore(tmp_path, KEY)
        digest = store.put(b"a letter")
        other = AttachmentStore(tmp_path, SecretStr("A" * 43 + "="))
        with pytest.raises(DamagedFile):
            other.get(digest)
        (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
        file.write_bytes(file.read_bytes()[:-1] + b"\0")
        with pytest.raises(DamagedFile):
            store.get(digest)

    def test_a_file_moved_to_another_name_does_not_open(self, tmp_path: Path) -> None:
        store = AttachmentStore(tmp_path, KEY)
        one, other = store.put(b"one"), store.put(b"other")
        (tmp_path / one[:2] / one).write_bytes((tmp_path / other[:2] / other).read_bytes())
        with pytest.raises(DamagedFile):
            store.get(one)

    def test_a_removed_file_is_gone(self, tmp_path: Path) -> None:
        store = AttachmentStore(tmp_path, KEY)
        digest = store.put(b"a letter")
        store.remove(digest, idle_seconds=60)
        assert store.get(digest) == b"a letter"
        store.remove(digest)
        store.remove(digest)
        with pytest.raises(FileNotFoundError):
            store.get(digest)


class FakeClamd:
    """Speaks INSTREAM on a socket and says `verdict`."""

    def __init__(self, path: Path, verdict: bytes) -> None:
        self.path, self._verdict, self.seen = str(path), verdict, b""

    async def __aenter__(self) -> "FakeClamd":
        self._server = await asyncio.start_unix_server(self._serve, self.path)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(10) == b"zINSTREAM\0"
        while size := int.from_bytes(await reader.readexactly(4), "big"):
            self.seen += await reader.readexactly(size)
        writer.write(self._verdict)
        writer.close()


@pytest.mark.asyncio(loop_scope="session")
class TestScanner:
    async def test_a_clean_file_passes_whole(self, tmp_path: Path) -> None:
        data = bytes(range(256)) * 1000
        async with FakeClamd(tmp_path / "s", b"stream: OK\0") as clamd:
            await ClamAv(clamd.path).check(data)
            assert clamd.seen == data

    async def test_a_virus_is_refused(self, tmp_path: Path) -> None:
        async with FakeClamd(tmp_path / "s", b"stream: Eicar-Test FOUND\0") as clamd:
            with pytest.raises(AttachmentUnsafe):
                await ClamAv(clamd.path).check(b"x")

    @pytest.mark.parametrize("verdict", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: "])
    async def test_anything_but_ok_fails_closed(self, tmp_path: Path, verdict: bytes) -> None:
        async with FakeClamd(tmp_path / "s", verdict) as clamd:
            with pytest.raises(ScannerUnavailable):
                await ClamAv(clamd.path).check(b"x")

    async def test_a_scanner_that_is_not_there_fails_closed(self, tmp_path: Path) -> None:
        for address in (str(tmp_path / "nothing"), "127.0.0.1:1"):
            intake = Intake(AttachmentStore(tmp_path / "kept", KEY), ClamAv(address))
            with pytest.raises(ScannerUnavailable):
                await intake.take(files.photo())
        assert not (tmp_path / "kept").exists()


async def hand_in(
    bot: httpx.AsyncClient, data: bytes, name: str = "photo.jpg", key: str | None = None, **words: str
) -> httpx.Response:
    headers = {"Idempotency-Key": key or uuid.uuid4().hex}
    return await bot.post("/attachments", files={"file": (name, data)}, data=words, headers=headers)


@pytest.mark.asyncio(loop_scope="session")
class TestOverHttp:
    @pytest_asyncio.fixture(loop_scope="session")
    async def photo(self, bot: httpx.AsyncClient, citizen: Citizen) -> AsyncIterator[dict[str, Any]]:
        response = await hand_in(bot, files.photo_of_a_phone(), channel_identity=citizen.identity)
        assert response.status_code == 201, response.text
        yield response.json()

    async def test_a_photo_goes_with_the_case_and_comes_back_clean(
        self, citizen: Citizen, photo: dict[str, Any], anyone: httpx.AsyncClient
    ) -> None:
        receipt = await citizen.files(attachments=[photo["id"]])
        story = await citizen.reads(receipt["reference"])
        assert [one["id"] for one in story["attachments"]] == [photo["id"]]
        assert story["events"][0]["attachments"] == [photo["id"]]
        address = f"/cases/{receipt['reference']}/attachments/{photo['id']}"
        got = await anyone.get(address, headers={"X-Follow-Up-Code": receipt["code"]})
        assert got.status_code == 200
        assert opened(got.content).size == (20, 40)
        assert got.headers["content-type"] == "image/jpeg"
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["content-disposition"].startswith("attachment")

    async def test_a_file_is_shown_to_nobody_else(
        self, citizen: Citizen, photo: dict[str, Any], anyone: httpx.AsyncClient, bot: httpx.AsyncClient
    ) -> None:
        receipt, other = await citizen.files(attachments=[photo["id"]]), await Citizen(bot).files()
        address = f"/cases/{receipt['reference']}/attachments/{photo['id']}"
        assert problem(await anyone.get(address)) == "access_needed"
        elsewhere = f"/cases/{other['reference']}/attachments/{photo['id']}"
        response = await anyone.get(elsewhere, headers={"X-Follow-Up-Code": other["code"]})
        assert problem(response) == "unknown_attachment"

    async def test_a_file_of_another_citizen_cannot_be_used(
        self, bot: httpx.AsyncClient, photo: dict[str, Any]
    ) -> None:
        thief = Citizen(bot)
        reference = (await thief.files())["reference"]
        refused = await thief.does("additions", reference, attachments=[photo["id"]])
        assert problem(refused) == "unknown_attachment"

    async def test_a_file_is_used_once(self, citizen: Citizen, photo: dict[str, Any]) -> None:
        first, second = await citizen.files(attachments=[photo["id"]]), await citizen.files()
        refused = await citizen.does("additions", second["reference"], attachments=[photo["id"]])
        assert problem(refused) == "unknown_attachment"
        assert len((await citizen.reads(first["reference"]))["attachments"]) == 1

    async def test_a_document_is_added_later(self, citizen: Citizen, bot: httpx.AsyncClient) -> None:
        reference = (await citizen.files())["reference"]
        handed = (await hand_in(bot, files.written(files.pdf()), "facture.pdf")).json()
        assert (handed["kind"], handed["name"]) == ("document", "facture.pdf")
        added = await citizen.does("additions", reference, attachments=[handed["id"]])
        assert added.status_code == 201
        assert (await citizen.reads(reference))["events"][-1]["attachments"] == [handed["id"]]

    async def test_a_voice_note_takes_the_length_that_the_channel_knows(self, bot: httpx.AsyncClient) -> None:
        told = (await hand_in(bot, files.webm(None), "voice.webm", seconds="6.5")).json()
        assert (told["kind"], told["seconds"]) == ("voice", 6.5)

    async def test_the_same_file_sent_again_is_one_file(self, bot: httpx.AsyncClient) -> None:
        first, again = [await hand_in(bot, files.photo(), key="message-5") for _ in range(2)]
        assert first.json() == again.json()
        other = await hand_in(bot, files.photo(50, 50), key="message-5")
        assert problem(other) == "idempotency_conflict"

    @pytest.mark.parametrize(
        ("make", "status", "code"),
        [
            (lambda: b"<html></html>", 415, "attachment_type_refused"),
            (files.pdf_with_script, 422, "attachment_unsafe"),
            (lambda: files.huge_png(20_000, 20_000), 422, "attachment_unsafe"),
            (lambda: bytes(policy().limits.attachment_bytes + 1), 413, "attachment_too_large"),
            (lambda: bytes(policy().limits.attachment_bytes + 1_000_000), 413, "attachment_too_large"),
        ],
        ids=["html named jpg", "pdf with script", "400 megapixels", "a byte too many", "far too large"],
    )
    async def test_a_refusal_has_its_code(
        self, bot: httpx.AsyncClient, make: Callable[[], bytes], status: int, code: str
    ) -> None:
        response = await hand_in(bot, make())
        assert (response.status_code, problem(response)) == (status, code)

    async def test_too_many_files_are_refused(self, citizen: Citizen) -> None:
        reference = (await citizen.files())["reference"]
        refused = await citizen.does("additions", reference, attachments=[f"{n:032}" for n in range(6)])
        assert problem(refused) == "too_many_attachments"

    async def test_only_the_bot_hands_in(self, anyone: httpx.AsyncClient) -> None:
        assert problem(await hand_in(anyone, files.photo())) == "unauthorised"

    async def test_files_that_no_case_took_are_forgotten(self, app: FastAPI, bot: httpx.AsyncClient) -> None:
        await hand_in(bot, files.photo(33, 33))
        async with app.state.database.session() as session:
            attachments = AttachmentService(session)
            assert await attachments.forget_unclaimed(now() - timedelta(hours=1)) == []
            (digest,) = await attachments.forget_unclaimed(now() + timedelta(seconds=1))
        app.state.intake.store.remove(digest)

    async def test_a_file_that_exhausts_its_reader_ends_only_that(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("api.attachments.intake.EXAMINER", ("-c", "import os; os.abort()"))
        with pytest.raises(AttachmentUnsafe):
            await Intake(AttachmentStore(tmp_path, KEY), NoScanner()).take(files.photo())
