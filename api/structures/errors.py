"""Why a structure or place cannot be used."""

from api.errors import NotFound, Problem


class UnknownStructure(NotFound):
    code, title = "unknown_structure", "There is no structure of this name."


class StructureNotFound(Problem):
    status, code, title = 422, "unknown_structure", "The structure named in the request does not exist."


class StructureClosed(Problem):
    """INLUCC stopped in 2021 and INAI in 2025: neither is promised (DESIGN section 5)."""

    status, code, title = 422, "structure_closed", "This structure no longer receives cases."


class UnknownPlace(Problem):
    status, code, title = (
        422,
        "unknown_place",
        "The governorate or delegation named in the request does not exist.",
    )
