"""Whatever is given as an address, nothing but the public web is spoken to, and there is an end."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.addresses import Allowed, is_public, read_address
from bot.errors import FetchFailed
from bot.fetch import Limits, WebFetcher
from bot.phrases import phrase_fetch
from bot.ports import Page
from tests.fakes.pretend_web import Names, watched_sockets
from tests.reading.fetching.places import HOSTS, NAMES

FETCHER = WebFetcher(Allowed(), limits=Limits(total_s=3.0, idle_s=1.0), resolver=Names(NAMES))

numbers = st.one_of(
    st.integers(0, 2**32).map(str), st.integers(0, 2**32).map(hex), st.integers(0, 2**32).map("0{:o}".format)
)
parts = st.lists(
    st.one_of(st.integers(0, 300).map(str), st.integers(0, 255).map(hex)), min_size=1, max_size=5
)
hosts = st.one_of(
    st.sampled_from([*HOSTS, *NAMES]),
    numbers,
    parts.map(".".join),
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map("[{}]".format),
    st.text(max_size=20),
)
urls = st.one_of(
    st.text(max_size=60),
    st.builds(
        "{}{}{}{}{}".format,
        st.sampled_from(
            [
                "http://",
                "https://",
                "HTTP://",
                "http:/",
                "//",
                "ftp://",
                "http:\\\\",
                "http://a@",
                "http://a:b@",
            ]
        ),
        hosts,
        st.sampled_from(["", ":80", ":8080", ":22", ":", ":x", ":65536", ":00080", "."]),
        st.sampled_from(["", "/", "?", "#", "\\", "/%00", "/\r\nHost: a"]),
        st.text(max_size=10),
    ),
)


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(urls)
async def test_any_text_ends_in_a_page_or_a_word_and_speaks_to_the_public_web_only(url: str) -> None:
    with watched_sockets() as connected:
        try:
            ended: Page | FetchFailed = await FETCHER.fetch(url)
        except FetchFailed as failed:
            ended = failed

    addresses = [read_address(text) for text in connected]
    assert all(address and is_public(address) and address.is_global for address in addresses)
    assert isinstance(ended, FetchFailed)
    assert phrase_fetch(ended, "ja") != phrase_fetch(ended, "en")
