"""The few words that a browser shows around an installation."""

from typing import Literal

from markupsafe import Markup

from bot.model import Language
from bot.phrases import phrase

_PAGE = Markup(
    '<!doctype html><html lang="{language}"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width">'
    "<title>{title}</title><h1>{title}</h1><p>{text}</p>{more}</html>"
)


def page(
    kind: Literal["installed", "not_installed"], language: Language, *, name: str = "", again: str = ""
) -> str:
    """Return a page; `name` is the workspace's, `again` the address to begin anew at."""
    if kind == "installed":
        title, text = (
            phrase("slack.installed_title", language),
            phrase("slack.installed", language, name=name),
        )
    else:
        title, text = phrase("slack.not_installed_title", language), phrase("slack.not_installed", language)
    more = Markup("")
    if again:
        more = Markup('<p><a href="{}">{}</a></p>').format(again, phrase("slack.install_again", language))
    return str(_PAGE.format(language=language, title=title, text=text, more=more))
