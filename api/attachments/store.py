"""Where the bytes lie: files named by a keyed hash of their content, encrypted with AES-256-GCM.

The name says nothing without the key, the same content is kept once, and a file that was changed or moved
does not open again (its name is authenticated with it).
"""

import os
import secrets
import time
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from api.security import keyed_hash
from api.settings import key_bytes

MARK = b"MWA1"
NONCE = 12


class DamagedFile(OSError):
    """What lies in the store is not what was put there, or the key is another."""


class AttachmentStore:
    """Files under `folder`, opened by `key` (ATTACHMENTS_KEY, 32 bytes in URL-safe base64)."""

    def __init__(self, folder: Path, key: SecretStr) -> None:
        self._folder = folder
        self._key = key
        self._cipher = AESGCM(key_bytes(key))

    def put(self, data: bytes) -> str:
        """Keep `data`; its digest. On disk when this returns."""
        digest = keyed_hash(self._key, "content", data)
        path = self._path(digest)
        if path.exists():
            path.touch()
        else:
            nonce = secrets.token_bytes(NONCE)
            sealed = MARK + nonce + self._cipher.encrypt(nonce, data, digest.encode())
            _write(path, sealed)
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes of `digest`; raises `DamagedFile`, FileNotFoundError."""
        sealed = self._path(digest).read_bytes()
        nonce, body = sealed[len(MARK) : len(MARK) + NONCE], sealed[len(MARK) + NONCE :]
        try:
            return self._cipher.decrypt(nonce, body, digest.encode())
        except (InvalidTag, ValueError):
            raise DamagedFile("an attachment cannot be opened") from None

    def remove(self, digest: str, idle_seconds: float = 0) -> None:
        """Forget `digest`, unless it was put again within `idle_seconds`: somebody may be handing it in."""
        path = self._path(digest)
        if path.exists() and time.time() - path.stat().st_mtime >= idle_seconds:
            path.unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
