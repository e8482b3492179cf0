"""Kinds of attachments."""

from enum import StrEnum


class AttachmentKind(StrEnum):
    IMAGE = "image"
    DOCUMENT = "document"
    VOICE = "voice"
    VIDEO = "video"
