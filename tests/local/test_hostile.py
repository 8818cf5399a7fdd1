"""What the local page makes of rubbish, of malice, and of a thousand pages that are open at once."""

import asyncio
import io
import random
import re
import resource
import string
from contextlib import AsyncExitStack
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.local.channel import MAX_STREAMS
from tests.local.page import NEWS, served, text_of
from tests.waiting import PATIENCE_S

HOSTILE = {
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "attribute": "\" onfocus=alert(1) autofocus x='",
    "template": "{{ 7*7 }}{% raw %}${7*7}",
    "override": "a\u202egnp.exe\u202c\u2066b",
    "nul": "a\x00b",
    "controls": "\x1b]8;;http://evil.example\x07link\x1b[2J",
    "surrogate": "\ud800",
    "zalgo": "a" + "\u0301" * 500,
    "marks": "\ufeff\u200b\u2028\u2029\x85",
    "sql": "'; DROP TABLE stories; --",
    "path": "../../../../etc/passwd",
    "wide": "\uff0fai-news\u3000\uff1cscript\uff1e",
    "emoji": "\U0001f469\u200d\U0001f469\u200d\U0001f467" * 50,
    "long": "ニュース" * 250_000,
    "words": "deepseek " * 100_000,
}
hostile = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())


@pytest.fixture
async def page(tmp_path):
    async with served(tmp_path) as page:
        yield page


async def sent(page, path, fields, **headers):
    """Send a form as a browser does; return status and text, whatever they are."""
    encoded = urlencode({name: value.encode("utf-8", "replace") for name, value in fields.items()})
    own = {
        "Origin": page.address,
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    body = io.BytesIO(encoded.encode())
    async with page.client.post(page.address + path, data=body, headers=own | headers) as response:
        return response.status, await response.text()


def assert_inert(html):
    assert "<script>" not in html
    assert "<img src=x" not in html
    assert " onfocus=alert" not in html.replace("&#34; onfocus=alert", "")
    for character in "\x00\x1b\u202e\u2066\u202c":
        assert character not in html


@hostile
async def test_a_command_of_anything_is_answered_or_refused(page, text):
    for command in (text, f"/ai-news {text}", f"/ai-news-digest {text}", f"/{text}"):
        status, answer = await sent(page, f"{NEWS}/command", {"command": command, "id": "typed"})

        assert status in {200, 413}
        assert_inert(answer)


@hostile
async def test_the_log_is_sifted_by_anything(page, text):
    for name in ("by", "action", "story", "page"):
        query = urlencode({name: text[:500].encode("utf-8", "replace")})

        assert_inert(await page.get(f"/w/local/log?{query}"))


@hostile
@pytest.mark.parametrize("field", ["text", "source", "url", "date", "command", "id"])
async def test_a_form_field_of_anything_is_taken_or_refused(page, text, field):
    article = "Kumo Robotics opened a factory in Osaka. The factory builds forty arms a day."
    fields = {"command": "/ai-news-mod add", "id": "form", "text": article} | {field: text}

    status, answer = await sent(page, f"{NEWS}/form", fields)

    assert status in {200, 400, 413}
    assert_inert(answer)
    for path in (NEWS, "/w/local/deliveries", "/?page=1"):
        assert_inert(await page.get(path))


@hostile
async def test_anything_in_an_address_is_not_there(page, text):
    part = quote(text.encode("utf-8", "replace")[:600], safe="")
    for folder in ("/story", "/digest", "/c/local", "/static", "/w/local/story"):
        assert_inert(await page.get(f"{folder}/{part}", status=404))
    assert_inert(await page.get(f"{NEWS}/complete?text={part}"))
    assert_inert(await page.get(f"{NEWS}?count={part}"))
    assert_inert(await page.get(f"/?page={part}&language={part}"))


@hostile
async def test_anything_in_a_cookie_or_a_header_counts_as_nothing(page, text):
    value = re.sub(r'[^ -~]|[;,"]', "", text[:1_000]) or "x"

    assert_inert(await page.get(NEWS, Cookie=f"language={value}; role={value}; theme={value}"))
    assert_inert(await page.get(NEWS, **{"Accept-Language": value, "Last-Event-ID": value}))


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
        (b"command=%ff%00%ed%a0%80&id=x", "application/x-www-form-urlencoded"),
        (b"command=x&id=x", "application/x-www-form-urlencoded; charset=no-such"),
        (b"--x\r\nrubbish", "multipart/form-data; boundary=x"),
        (
            b"--x\r\nContent-Disposition: form-data; name=id\r\n\r\n\xff\r\n--x--\r\n",
            "multipart/form-data; boundary=x",
        ),
        (b"rubbish", "multipart/form-data"),
        (b'{"command": "/ai-news"}', "application/json"),
        (b"&" * 60_000, "application/x-www-form-urlencoded"),
        (b"", ""),
    ],
)
async def test_a_body_of_anything_is_refused_in_words(page, body, content_type):
    headers = {"Origin": page.address, "Accept": "application/json", "Content-Type": content_type}
    for path in (f"{NEWS}/command", f"{NEWS}/form", "/preferences"):
        async with page.client.post(page.address + path, data=body, headers=headers) as response:
            assert response.status in {200, 400, 413}, path
            assert_inert(await response.text())


async def test_too_large_a_body_is_refused_before_it_is_read(page):
    for path in (f"{NEWS}/command", f"{NEWS}/form", "/preferences", "/sign-in"):
        status, answer = await sent(page, path, {"command": "x" * 5_000_000, "id": "typed"})

        assert status == 413
        assert "This text is too long" in answer


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=300), st.text(max_size=80))
async def test_any_text_at_all_is_answered(shared_page, command, id_):
    status, answer = await sent(shared_page, f"{NEWS}/command", {"command": command, "id": id_})

    assert status in {200, 400}
    assert_inert(answer)


@pytest.fixture
async def shared_page(tmp_path):
    async with served(tmp_path) as page:
        yield page


# Many, slow, and silent


def resident_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def connected(page, request):
    """Open a connection by hand and send what is given."""
    host, port = page.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request.encode())
    await writer.drain()
    return reader, writer


LIVE = f"GET {NEWS}/live?after=x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


async def test_a_thousand_open_pages_get_a_post_and_hinder_nobody(page):
    async with AsyncExitStack() as stack:
        readers = []
        for _ in range(MAX_STREAMS):
            reader, writer = await connected(page, LIVE)
            stack.callback(writer.close)
            readers.append(reader)
        for reader in readers:
            assert b"200 OK" in await reader.readuntil(b"\r\n\r\n")
            await reader.readuntil(b"event: post")
        before = resident_mb()

        refused, writer = await connected(page, LIVE)
        stack.callback(writer.close)
        assert b"503" in await refused.readuntil(b"\r\n\r\n")

        assert "DeepSeek" in await page.ask("/ai-news deepseek")
        await page.ask("/ai-news stargate visible:yes")
        async with asyncio.timeout(PATIENCE_S):
            for reader in readers:
                await reader.readuntil(b"event: post")
        assert resident_mb() - before < 100


async def test_a_page_that_never_reads_hinders_nobody(page):
    _, silent = await connected(page, LIVE)
    for number in range(30):
        await page.ask("/ai-news openai depth:high visible:yes", under=str(number))

    assert "Newest" in text_of(await page.ask("/ai-news"))
    silent.close()


@pytest.mark.parametrize("begun", ["", "GET / HTTP/1.1\r\nHost: 127", "GET / HTTP/1.1\r\nX: y\r\n"])
async def test_a_request_that_never_ends_is_closed(tmp_path, begun):
    async with served(tmp_path, idle_s=0.2) as page:
        reader, writer = await connected(page, begun)

        async with asyncio.timeout(PATIENCE_S):
            assert await reader.read() == b""
        writer.close()


@pytest.mark.parametrize(
    "request_line",
    [
        "GET / HTTP/9.9",
        "\x16\x03\x01\x02\x00",
        "GET /" + "a" * 20_000 + " HTTP/1.1",
        "BREW / HTTP/1.1",
        "PRI * HTTP/2.0",
    ],
)
async def test_what_is_no_request_is_refused(page, request_line):
    reader, writer = await connected(page, f"{request_line}\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")

    answer = await reader.read()
    writer.close()

    assert b" 4" in answer.split(b"\r\n")[0]
    assert b"Traceback" not in answer


async def test_random_requests_find_no_way_in(page):
    chance = random.Random(7)  # noqa: S311 -- the same every time
    alphabet = string.printable + "\u202e\u3042%2e%2e%00"
    for _ in range(200):
        path = "/" + "".join(chance.choices(alphabet, k=chance.randint(1, 30))).replace(" ", "%20")
        try:
            async with page.client.get(page.address + path) as response:
                assert response.status < 500, path
        except ValueError:  # no address that a client can ask for
            continue
