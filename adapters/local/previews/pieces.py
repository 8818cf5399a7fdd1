"""What both previews show alike: links, buttons, pictures left out, and what is not known."""

from markupsafe import Markup

from bot.display import web_url


def body(inner: Markup) -> Markup:
    """Return what stands below a message's author line."""
    return Markup('<div class="preview-body">{}</div>').format(inner)


def link(url: str, label: Markup | str) -> Markup | None:
    """Return a link; None where the address is not fit for one."""
    safe = web_url(url)
    if safe is None:
        return None
    return Markup('<a href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>').format(
        safe, label
    )


def button(label: Markup | str) -> Markup:
    """Return a button that only looks like one."""
    return Markup('<span class="button">{}</span>').format(label)


def picture(description: str) -> Markup:
    """Return a place for a picture, which is not fetched."""
    return Markup('<span class="picture">{}</span>').format(description or "▧")


def unknown(kind: str) -> Markup:
    """Return a box that names what this preview does not know."""
    return Markup('<span class="unknown">{}</span>').format(kind[:60] or "?")
