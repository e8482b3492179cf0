"""Why guidance cannot be given or changed."""

from api.errors import NotFound, Problem


class UnknownArticle(NotFound):
    code, title = "unknown_article", "There is no guidance under this name."


class InvalidArticle(Problem):
    status, code, title = 422, "invalid_article", "The article is incomplete."
