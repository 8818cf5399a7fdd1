"""A fetch ends: with a page that is read whole, or with the word for what was in the way."""

import asyncio
import gzip
import zlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot.addresses import read_allowed
from bot.errors import FetchFailed
from bot.fetch import Limits, WebFetcher
from bot.ports import Page
from tests.fakes.pretend_web import Names, Site, answer, open_site, redirect
from tests.reading.fetching.conftest import GOOD, SHORT

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
HASTY = Limits(total_s=0.4, idle_s=0.2, body=1_000_000)


async def outcome(fetcher: WebFetcher, url: str) -> str | Page:
    try:
        return await fetcher.fetch(url)
    except FetchFailed as failed:
        return failed.why


def sent(
    *pieces: bytes, every_s: float = 0.0, endless: bool = False
) -> Callable[[asyncio.StreamWriter], Awaitable[None]]:
    """Return what sends pieces one after the other, the last again and again where it is endless."""

    async def send(writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        while endless:
            writer.write(pieces[-1])
            await writer.drain()
            await asyncio.sleep(every_s)

    return send


async def hang(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(2)


async def test_a_page_comes_whole_with_what_the_server_says_of_it(fetcher: WebFetcher, site: Site) -> None:
    body = "<p>新しいモデル".encode("cp932")
    site.pages["/%E8%A8%98/?q=%E4%BA%8B"] = answer(body, media='Text/HTML; Charset="Shift_JIS"')

    page = await fetcher.fetch(site.url("/記/?q=事#top", host="news.example"))

    assert page == Page(
        url=site.url("/%E8%A8%98/?q=%E4%BA%8B", host="news.example"),
        media_type="text/html",
        charset="shift_jis",
        body=body,
    )


async def test_who_reads_says_so(site: Site) -> None:
    fetcher = WebFetcher(read_allowed([GOOD]), contact="https://news.example.org", limits=SHORT)
    site.pages["/"] = answer(b"<p>Here.")

    await fetcher.fetch(site.url())

    assert "User-Agent: ai-news/" in site.requests[0]
    assert "(+https://news.example.org)" in site.requests[0]


async def test_five_redirects_are_followed_and_the_address_is_the_last(
    fetcher: WebFetcher, site: Site
) -> None:
    for step in range(6):
        site.pages[f"/{step}"] = redirect(f"/{step + 1}")
    site.pages["/5"] = answer(b"<p>Here.")

    assert (await fetcher.fetch(site.url("/0"))).url == site.url("/5")

    site.pages["/5"] = redirect("/6")
    site.pages["/6"] = answer(b"<p>Here.")
    assert await outcome(fetcher, site.url("/0")) == "too_many_redirects"


async def test_a_loop_of_redirects_ends(fetcher: WebFetcher, site: Site) -> None:
    site.pages["/"] = redirect("/")

    assert await outcome(fetcher, site.url()) == "too_many_redirects"
    assert site.connections == 6


@pytest.mark.parametrize(
    "location", ["http://[", "http://a b/\x01", "\udcff\udcfe", "https://", "x" * 7_000, "http://:80"]
)
async def test_a_redirect_to_nonsense_is_a_failure(fetcher: WebFetcher, site: Site, location: str) -> None:
    site.pages["/"] = redirect(location)

    assert isinstance(await outcome(fetcher, site.url()), str)


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("204 No Content", "not_text"), ("300 Many", "broken"), ("304 Same", "broken"),
        ("302 Nowhere", "broken"), ("400 Bad", "refused"),
        ("401 Who", "refused"), ("403 No", "refused"), ("404 Gone", "not_found"),
        ("410 Gone", "not_found"), ("429 Slowly", "refused"), ("451 Law", "refused"), ("500 Oh", "broken"),
        ("503 Later", "broken"), ("999 What", "broken"),
    ],
)  # fmt: skip
async def test_what_a_status_means(fetcher: WebFetcher, site: Site, status: str, why: str) -> None:
    site.pages["/"] = answer(status=status, media=None)

    assert await outcome(fetcher, site.url()) == why


@pytest.mark.parametrize(
    "media", ["text/html", "application/xhtml+xml; charset=utf-8", "text/plain", "Text/Markdown"]
)
async def test_text_is_read(fetcher: WebFetcher, site: Site, media: str) -> None:
    site.pages["/"] = answer(b"Here.", media=media)

    assert isinstance(await outcome(fetcher, site.url()), Page)


@pytest.mark.parametrize(
    "media",
    [
        None,
        "application/pdf",
        "image/svg+xml",
        "application/rss+xml",
        "application/json",
        "text/css",
        "",
        "/",
    ],
)
async def test_of_anything_else_nothing_is_read(fetcher: WebFetcher, site: Site, media: str | None) -> None:
    head = b"HTTP/1.1 200 OK\r\n" + (f"Content-Type: {media}\r\n".encode() if media else b"")
    site.pages["/"] = sent(head + b"\r\n", b"x" * 10_000, endless=True)

    assert await outcome(fetcher, site.url()) in {"not_text", "too_large"}


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


BOMB = bytes(30_000_000)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(BOMB)),
        ("deflate", zlib.compress(BOMB)),
        ("deflate", deflated(BOMB)),
        ("gzip, gzip", gzip.compress(gzip.compress(BOMB))),
        ("br", b"\xff" * 100),
        ("gzip", b"no gzip at all"),
        ("identity", BOMB),
    ],
)
async def test_a_bomb_is_not_unpacked(fetcher: WebFetcher, site: Site, encoding: str, body: bytes) -> None:
    site.pages["/"] = answer(body, Content_Encoding=encoding)

    found = await outcome(fetcher, site.url())

    assert found in {"too_large", "broken"} or (isinstance(found, Page) and len(found.body) <= SHORT.body)


async def test_what_is_packed_and_small_is_unpacked(fetcher: WebFetcher, site: Site) -> None:
    site.pages["/"] = answer(gzip.compress(b"<p>Here."), Content_Encoding="gzip")

    assert (await fetcher.fetch(site.url())).body == b"<p>Here."


@pytest.mark.parametrize("body", [b"", b"Transfer-Encoding: chunked\r\n"], ids=["to the end", "chunked"])
async def test_a_body_without_end_is_too_large(fetcher: WebFetcher, site: Site, body: bytes) -> None:
    chunk = b"x" * 10_000
    piece = f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n" if body else chunk
    site.pages["/"] = sent(HEAD + body + b"\r\n", piece, endless=True)

    assert await outcome(fetcher, site.url()) == "too_large"


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"Content-Length: 1000\r\n\r\nshort",
        HEAD + b"Content-Length: -5\r\n\r\nshort",
        HEAD + b"Content-Length: 5\r\n\r\nshort and then more",
        HEAD + b"Content-Length: five\r\n\r\nshort",
        HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nshort",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nshort",
        HEAD + b"X: " + b"x" * 20_000 + b"\r\n\r\n",
        HEAD + b"".join(b"X-%d: x\r\n" % number for number in range(5_000)) + b"\r\n",
        b"HTTP/1.1 200 " + b"x" * 20_000 + b"\r\n\r\n",
        b"SSH-2.0-OpenSSH_9\r\n",
        b"220 smtp.example ESMTP\r\n",
        b"<p>No head at all.",
        b"\0\xff" * 100,
        b"",
    ],
    ids=range(14),
)  # fmt: skip
async def test_a_server_that_does_not_speak_http_is_broken(
    fetcher: WebFetcher, site: Site, raw: bytes
) -> None:
    site.pages["/"] = raw

    assert await outcome(fetcher, site.url()) == "broken"


@pytest.mark.parametrize(
    "slow",
    [
        hang,
        sent(HEAD + b"\r\n", b"x", every_s=0.02, endless=True),
        sent(HEAD, b"X-More: x\r\n", every_s=0.02, endless=True),
        sent(b"HTTP/1.1 102 Wait\r\n\r\n", every_s=0.02, endless=True),
    ],
    ids=["silence", "drip", "dripping head", "interim answers"],
)
async def test_a_slow_server_is_left(
    site: Site, slow: Callable[[asyncio.StreamWriter], Awaitable[None]]
) -> None:
    fetcher = WebFetcher(read_allowed([GOOD]), limits=HASTY)
    site.pages["/"] = slow

    assert await outcome(fetcher, site.url()) in {"too_slow", "broken"}


async def test_the_time_is_for_all_redirects_together(site: Site) -> None:
    async def late(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.15)
        writer.write(redirect("/"))

    site.pages["/"] = late

    assert await outcome(WebFetcher(read_allowed([GOOD]), limits=HASTY), site.url()) == "too_slow"


async def test_where_nobody_listens_there_is_no_answer(fetcher: WebFetcher) -> None:
    assert await outcome(fetcher, f"http://{GOOD}:1999/") == "unreachable"


def self_signed(folder: Path) -> SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "news.example")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2126, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "both.pem").write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context


async def test_a_site_that_cannot_prove_itself_is_not_read(fetcher: WebFetcher, tmp_path: Path) -> None:
    async with open_site(GOOD, self_signed(tmp_path)) as site:
        found = await outcome(fetcher, site.url(host="news.example").replace("http:", "https:"))

    assert (found, site.requests) == ("not_trusted", [])


async def test_names_that_no_resolver_takes_are_unknown(site: Site) -> None:
    fetcher = WebFetcher(read_allowed([]), limits=SHORT, resolver=Names({}))

    assert await outcome(fetcher, "http://nowhere.example/") == "unknown_host"


async def test_however_many_ask_few_pages_are_read_at_once(site: Site) -> None:
    under_way: list[int] = [0]
    pair = asyncio.Barrier(2)

    async def send(writer: asyncio.StreamWriter) -> None:
        under_way.append(under_way[-1] + 1)
        await pair.wait()
        under_way.append(under_way[-1] - 1)
        writer.write(HEAD + b"Content-Length: 3\r\n\r\n<p>")

    site.pages["/"] = send
    fetcher = WebFetcher(read_allowed([GOOD]), limits=Limits(at_once=2))

    pages = await asyncio.gather(*(outcome(fetcher, site.url()) for _ in range(10)))

    assert all(isinstance(page, Page) for page in pages)
    assert max(under_way) == 2
