"""Why a file is not taken.

Problem
├─ AttachmentTooLarge        413 attachment_too_large
├─ AttachmentTypeRefused     415 attachment_type_refused
├─ AttachmentUnsafe          422 attachment_unsafe
├─ TooManyAttachments        422 too_many_attachments
├─ UnknownAttachment         422 unknown_attachment    (named in a filing or an addition)
├─ AttachmentNotFound        404 unknown_attachment
└─ ScannerUnavailable        503 scanner_unavailable
"""

from api.errors import NotFound, Problem, TooLarge


class AttachmentTooLarge(TooLarge):
    code, title = "attachment_too_large", "The file is larger than is accepted."


class AttachmentTypeRefused(Problem):
    status, code, title = 415, "attachment_type_refused", "Files of this type are not accepted."


class AttachmentUnsafe(Problem):
    status, code, title = 422, "attachment_unsafe", "The file is damaged or may be harmful."


class TooManyAttachments(Problem):
    status, code, title = 422, "too_many_attachments", "More files than are accepted for one case."


class UnknownAttachment(Problem):
    status, code, title = (
        422,
        "unknown_attachment",
        "A file named in the request does not exist or is in use.",
    )


class AttachmentNotFound(NotFound):
    code, title = "unknown_attachment", "There is no such file on this case."


class ScannerUnavailable(Problem):
    """A scanner that is switched on and does not answer refuses every file (failing closed)."""

    status, code, title = 503, "scanner_unavailable", "Files cannot be checked at the moment."
