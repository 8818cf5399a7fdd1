"""No connection is ever opened to an address that is not public, however it is written or reached."""

import pytest

from bot.addresses import read_allowed
from bot.errors import FetchFailed
from bot.fetch import WebFetcher
from tests.fakes.pretend_web import Names, Site, answer, redirect, watched_sockets
from tests.reading.fetching.conftest import GOOD, SHORT
from tests.reading.fetching.places import HOSTS, NAMES

REFUSALS = {"not_public", "not_web", "unknown_host"}


async def refusal_of(fetcher: WebFetcher, url: str) -> str:
    with pytest.raises(FetchFailed) as failed:
        await fetcher.fetch(url)
    return failed.value.why


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", [*HOSTS, *NAMES])
async def test_no_socket_is_connected_to_a_place_that_is_not_public(
    fetcher: WebFetcher, trap: Site, host: str, scheme: str
) -> None:
    with watched_sockets() as connected:
        why = await refusal_of(fetcher, f"{scheme}://{host}:{trap.port}/")

    assert (connected, trap.connections) == ([], 0)
    assert why in REFUSALS


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "①②⑦.⓪.⓪.①", "[::1]", *NAMES])
async def test_the_word_for_it_says_that_the_place_is_private(
    fetcher: WebFetcher, trap: Site, host: str
) -> None:
    with watched_sockets():
        assert await refusal_of(fetcher, f"http://{host}:{trap.port}/") == "not_public"


@pytest.mark.parametrize("host", [*HOSTS, *NAMES])
async def test_no_redirect_leads_to_a_place_that_is_not_public(
    fetcher: WebFetcher, site: Site, trap: Site, host: str
) -> None:
    site.pages["/"] = redirect(f"http://{host}:{trap.port}/")

    with watched_sockets(GOOD) as connected:
        why = await refusal_of(fetcher, site.url())

    assert (connected, trap.connections) == ([GOOD], 0)
    assert why in REFUSALS


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location", ["http://127.0.0.1:{port}/", "//127.0.0.1:{port}/", "//localhost:{port}", "//0x7f.1:{port}"]
)
async def test_every_kind_of_redirect_is_checked(
    fetcher: WebFetcher, site: Site, trap: Site, status: int, location: str
) -> None:
    site.pages["/"] = redirect("/next")
    site.pages["/next"] = redirect(location.format(port=trap.port), status)

    with watched_sockets(GOOD) as connected:
        why = await refusal_of(fetcher, site.url())

    assert (connected, trap.connections, why) == ([GOOD, GOOD], 0, "not_public")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("http://news.example@127.0.0.1:{port}/", "has_login"),
        ("http://news.example:80@localhost:{port}/", "has_login"),
        ("http://@127.0.0.1:{port}/", "not_public"),
        ("http://127.0.0.1:{port}#@news.example/", "not_public"),
        ("http://127.0.0.1:{port}?@news.example/", "not_public"),
        ("http://127.0.0.1:{port}\\@news.example/", "not_web"),
        ("http:\\\\127.0.0.1:{port}/", "not_web"),
        ("http:127.0.0.1:{port}/", "not_web"),
        ("http:///127.0.0.1:{port}/", "not_web"),
        ("//127.0.0.1:{port}/", "not_web"),
        ("HTTP://LOCALHOST:{port}/", "not_public"),
        (" http://localhost:{port}/ ", "not_public"),
        ("http://local\thost:{port}/", "not_public"),
        ("file:///etc/passwd", "not_web"),
        ("ftp://127.0.0.1:{port}/", "not_web"),
        ("gopher://127.0.0.1:{port}/_x", "not_web"),
        ("unix:///var/run/docker.sock", "not_web"),
        ("http+unix://%2Fvar%2Frun%2Fdocker.sock/", "not_web"),
        ("ws://127.0.0.1:{port}/", "not_web"),
        ("data:text/html,hello", "not_web"),
        ("javascript:alert(1)", "not_web"),
        ("", "not_web"),
        ("http://", "not_web"),
        ("http://[", "not_web"),
        ("http://[::1", "not_web"),
        ("http://127.0.0.1:99999/", "not_web"),
        ("http://127.0.0.1:-1/", "not_web"),
        ("http://news.example:22/", "odd_port"),
        ("http://news.example:0/", "odd_port"),
        ("http://news.example:6667/", "odd_port"),
        ("https://news.example:25/", "odd_port"),
        ("http://news.example/" + "a" * 4_000, "not_web"),
        ("http://" + "a" * 64 + ".example/", "unknown_host"),
        ("http://nowhere.example/", "unknown_host"),
    ],
)
async def test_tricks_with_the_parts_of_an_address(
    fetcher: WebFetcher, site: Site, trap: Site, text: str, why: str
) -> None:
    url = text.format(port=trap.port)
    site.pages["/"] = redirect(url)

    with watched_sockets(GOOD) as connected:
        assert await refusal_of(fetcher, url) == why
        assert connected == []

    assert trap.connections == 0


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://127.0.0.1/", "data:text/html,x", "unix:/x"]
)
async def test_no_redirect_leads_out_of_the_web(fetcher: WebFetcher, site: Site, location: str) -> None:
    site.pages["/"] = redirect(location)

    assert await refusal_of(fetcher, site.url()) == "not_web"


@pytest.mark.parametrize(
    "how",
    [
        answer(b"<meta http-equiv=refresh content='0;url=http://127.0.0.1/'><p>Here."),
        answer(b"<p>Here.", Refresh="0; url=http://127.0.0.1/"),
        answer(b"<p>Here.", Location="http://127.0.0.1/"),
        answer(b"<p>Here.", Link="<http://127.0.0.1/style.css>; rel=preload"),
    ],
    ids=["meta refresh", "refresh header", "location of no redirect", "preload"],
)
async def test_only_redirects_are_followed(fetcher: WebFetcher, site: Site, how: bytes) -> None:
    site.pages["/"] = how

    with watched_sockets(GOOD) as connected:
        page = await fetcher.fetch(site.url())

    assert page.body.endswith(b"Here.")
    assert connected == [GOOD]


@pytest.mark.parametrize("order", [["127.0.0.1", GOOD], [GOOD, "127.0.0.1"], ["::1", "10.0.0.1", GOOD]])
async def test_of_several_addresses_only_the_public_ones_are_tried(
    site: Site, trap: Site, order: list[str]
) -> None:
    site.pages["/"] = answer(b"<p>Here.")
    fetcher = WebFetcher(read_allowed([GOOD]), limits=SHORT, resolver=Names({"mixed.example": [order]}))

    with watched_sockets(GOOD) as connected:
        page = await fetcher.fetch(site.url(host="mixed.example"))

    assert (page.body, connected, trap.connections) == (b"<p>Here.", [GOOD], 0)


async def test_a_name_that_is_bound_anew_between_two_steps_is_checked_anew(site: Site, trap: Site) -> None:
    names = Names({"turning.example": [[GOOD], ["127.0.0.1"], ["169.254.169.254"]]})
    fetcher = WebFetcher(read_allowed([GOOD]), limits=SHORT, resolver=names)
    site.pages["/"] = redirect("/again")

    with watched_sockets(GOOD) as connected:
        why = await refusal_of(fetcher, site.url(host="turning.example"))
        again = await refusal_of(fetcher, site.url(host="turning.example"))

    assert (why, again) == ("not_public", "not_public")
    assert (connected, trap.connections) == ([GOOD], 0)
    assert len(names.asked) == 3


async def test_a_name_is_asked_for_once_before_each_connection(site: Site) -> None:
    names = Names({"turning.example": [[GOOD], ["127.0.0.1"]]})
    fetcher = WebFetcher(read_allowed([GOOD]), limits=SHORT, resolver=names)
    site.pages["/"] = answer(b"<p>Here.")

    with watched_sockets(GOOD) as connected:
        await fetcher.fetch(site.url(host="turning.example"))

    assert (connected, names.asked) == ([GOOD], ["turning.example"])


async def test_an_allowed_host_is_read_wherever_it_is_and_what_it_redirects_to_is_not(
    trap: Site, names: Names
) -> None:
    fetcher = WebFetcher(read_allowed(["inside.test"]), limits=SHORT, resolver=names)
    names.names["inside.test"] = [["127.0.0.1"]]
    trap.pages["/"] = answer(b"<p>Our own.")
    trap.pages["/away"] = redirect(f"http://127.0.0.1:{trap.port}/")
    trap.pages["/to-itself"] = redirect("/")

    with watched_sockets("127.0.0.1") as connected:
        page = await fetcher.fetch(trap.url(host="INSIDE.test."))
        to_itself = await fetcher.fetch(trap.url("/to-itself", host="inside.test"))
        away = await refusal_of(fetcher, trap.url("/away", host="inside.test"))
        beneath = await refusal_of(fetcher, trap.url(host="sub.inside.test"))
        beside = await refusal_of(fetcher, trap.url(host="localhost"))

    assert (page.body, to_itself.body) == (b"<p>Our own.", b"<p>Our own.")
    assert (away, beneath, beside) == ("not_public", "unknown_host", "not_public")
    assert connected == ["127.0.0.1"] * 4


async def test_an_allowed_network_is_read_by_any_name_and_spelling_and_nothing_beside_it(
    trap: Site, names: Names
) -> None:
    fetcher = WebFetcher(read_allowed(["127.0.0.0/30"]), limits=SHORT, resolver=names)
    trap.pages["/"] = answer(b"<p>Our own.")

    with watched_sockets("127.0.0.1", "::ffff:127.0.0.1"):
        for host in ("127.0.0.1", "0x7f.1", "mapped.example"):
            await fetcher.fetch(trap.url(host=host))
        assert await refusal_of(fetcher, trap.url(host="127.0.0.4")) == "not_public"
        assert await refusal_of(fetcher, trap.url(host="10.0.0.1")) == "not_public"


async def test_nothing_of_the_environment_is_used(
    monkeypatch: pytest.MonkeyPatch, fetcher: WebFetcher, site: Site, trap: Site
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, trap.url())
    site.pages["/"] = answer(b"<p>Here.", Set_Cookie="a=b; Path=/")

    with watched_sockets(GOOD) as connected:
        await fetcher.fetch(site.url())
        await fetcher.fetch(site.url())

    assert (connected, trap.connections) == ([GOOD, GOOD], 0)
    assert "Cookie" not in site.requests[1]
    assert "Authorization" not in site.requests[1]


@pytest.mark.parametrize(
    ("host", "why"),
    [("inside.test", "not_public"), ("nothing.test", "unknown_host"), ("10.0.0.1", "not_public")],
)
async def test_the_operator_is_told_why_a_host_cannot_be_read(
    fetcher: WebFetcher, names: Names, caplog: pytest.LogCaptureFixture, host: str, why: str
) -> None:
    names.names["inside.test"] = [["10.0.0.1"]]
    caplog.set_level("INFO", "bot.fetch")

    assert await refusal_of(fetcher, f"http://{host}/?token=secret") == why

    (told,) = caplog.messages
    assert told.startswith(f"host={host} cannot be read: {why} (")
