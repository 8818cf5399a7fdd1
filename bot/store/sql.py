"""Every statement of the store, once, in the SQL that SQLite and PostgreSQL share.

Parameters are `$1`, `$2` …; nothing but numbers of placeholders is ever put into a text.
"""
# ruff: noqa: S608 -- the texts are put together from the constants of this file only

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice

LIST_SIZES = (1, 8, 64, 512)
"""How long a list of values in a statement may be: few sizes, so that few statements are prepared."""


NO_TEXT = re.compile("[\0\ud800-\udfff]")
"""NUL, which PostgreSQL keeps in no text, and lone surrogates, which are no characters."""


def padded(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the values, the last repeated up to the next of `LIST_SIZES`."""
    size = next((size for size in LIST_SIZES if size >= len(values)), len(values))
    return values + values[-1:] * (size - len(values))


def lists(values: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield the values in padded lists, without those that no database can hold and none has."""
    rest = iter(value for value in dict.fromkeys(values) if not NO_TEXT.search(value))
    while batch := tuple(islice(rest, LIST_SIZES[-1])):
        yield padded(batch)


def _placeholders(first: int, count: int) -> str:
    return "(" + ", ".join(f"${number}" for number in range(first, first + count)) + ")"


# Stories

TAKE_CHANGE_NUMBERS = "UPDATE counters SET value = value + $1 WHERE name = 'change' RETURNING value"

INSERT_ARTICLE = """
INSERT INTO articles (id, workspace, added_at, document) VALUES ($1, $2, $3, $4)
ON CONFLICT (id) DO NOTHING"""

SAVE_STORY = """
INSERT INTO stories (id, workspace, status, published_at, revision, change_number, document, tokens)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (id) DO UPDATE SET
    status = excluded.status, published_at = excluded.published_at, revision = excluded.revision,
    change_number = excluded.change_number, document = excluded.document, tokens = excluded.tokens"""

INSERT_REVISION = """
INSERT INTO revisions (story_id, number, change_id, before) VALUES ($1, $2, $3, $4)"""

DELETE_STORY_TOPICS = "DELETE FROM story_topics WHERE story_id = $1"

INSERT_STORY_TOPIC = "INSERT INTO story_topics (topic, story_id) VALUES ($1, $2)"


@cache
def stories(count: int) -> str:
    """Return the statement for stories by `count` ids, whoever may see them."""
    return f"SELECT id, workspace, revision, document FROM stories WHERE id IN {_placeholders(1, count)}"


_NOT_HIDDEN = """
    AND NOT EXISTS (SELECT 1 FROM hidden_stories h WHERE h.workspace = $1 AND h.story_id = s.id)"""


def _newest(reach: str, condition: str = "") -> str:
    # Each workspace by itself: an index then gives the newest `reach` at once. One query for both
    # would sort every story there is.
    half = f"""SELECT * FROM (
    SELECT s.id, s.published_at, s.document FROM stories s
    WHERE s.status = 'published' AND s.workspace = %s{_NOT_HIDDEN}{condition}
    ORDER BY s.published_at DESC, s.id LIMIT {reach}) AS %s"""
    public = half % ("'public'", "of_all")
    own = half % ("$1 AND $1 <> 'public'", "of_workspace")
    return f"{public} UNION ALL {own} ORDER BY published_at DESC, id"


NEWEST_STORIES = f"{_newest(reach='$4')} LIMIT $2 OFFSET $3"

_NOT_HAD = """
    AND NOT EXISTS (
        SELECT 1 FROM channel_stories c
        WHERE c.platform = $2 AND c.workspace = $1 AND c.channel = $3 AND c.story_id = s.id)"""


_NOT_OLD = """
    AND (s.published_at >= $5 OR NOT EXISTS (
        SELECT 1 FROM channel_stories c WHERE c.platform = $2 AND c.workspace = $1 AND c.channel = $3))"""


@cache
def fresh_stories(topics: int, without: int) -> str:
    """Return the statement for the newest stories that a channel never had.

    With one of `topics` topics, and with none of `without`.
    """
    condition = _NOT_HAD + _NOT_OLD
    condition += _of_topics("IN", 6, topics) if topics else ""
    condition += _of_topics("NOT IN", 6 + topics, without) if without else ""
    return f"{_newest('$4', condition)} LIMIT $4"


def _of_topics(relation: str, first: int, count: int) -> str:
    topics = _placeholders(first, count)
    return f"""
    AND s.id {relation} (SELECT t.story_id FROM story_topics t WHERE t.topic IN {topics})"""


ARTICLE = "SELECT workspace, document FROM articles WHERE id = $1"

# What is hidden is little, and counted apart.
COUNT_STORIES = """
SELECT count(*) - (
    SELECT count(*) FROM hidden_stories h JOIN stories s ON s.id = h.story_id
    WHERE h.workspace = $1 AND s.status = 'published' AND s.workspace IN ('public', $1)) AS stories
FROM stories WHERE status = 'published' AND workspace IN ('public', $1)"""


@cache
def held(count: int) -> str:
    """Return the statement for the revisions of `count` stories, and whether a workspace hides them."""
    return f"""
SELECT s.id, s.revision, EXISTS (
    SELECT 1 FROM hidden_stories h WHERE h.workspace = $1 AND h.story_id = s.id) AS is_hidden
FROM stories s WHERE s.id IN {_placeholders(2, count)}"""


@cache
def hidden(count: int) -> str:
    """Return the statement for which of `count` stories a workspace hides."""
    return f"""
SELECT story_id FROM hidden_stories WHERE workspace = $1 AND story_id IN {_placeholders(2, count)}"""


# What a revision made of a story is what the next one found, or the story as it stands.
_REVISIONS = """
SELECT r.story_id, r.number, r.change_id, r.before, c.at, c.actor, c.actor_id, c.action, c.reason,
    COALESCE(n.before, s.document) AS after
FROM revisions r
    JOIN changes c ON c.id = r.change_id
    JOIN stories s ON s.id = r.story_id
    LEFT JOIN revisions n ON n.story_id = r.story_id AND n.number = r.number + 1"""

REVISIONS = f"{_REVISIONS} WHERE r.story_id = $1 ORDER BY r.number"

REVISIONS_OF = f"{_REVISIONS} WHERE r.change_id = $1 ORDER BY r.story_id, r.number LIMIT $2"

INDEX_ENTRIES = """
SELECT * FROM (
    SELECT change_number, id, workspace, published_at, CASE status WHEN 'published' THEN tokens END AS tokens
    FROM stories WHERE change_number > $1 ORDER BY change_number LIMIT $2) AS there
UNION ALL SELECT * FROM (
    SELECT p.change_number, p.id, p.workspace, CAST(0 AS BIGINT) AS published_at, CAST(NULL AS TEXT) AS tokens
    FROM purged_stories p
    WHERE p.change_number > $1 AND NOT EXISTS (SELECT 1 FROM stories s WHERE s.id = p.id)
    ORDER BY p.change_number LIMIT $2) AS purged
ORDER BY change_number LIMIT $2"""

# Subscriptions and digests

INSERT_SUBSCRIPTION = """
INSERT INTO subscriptions (id, platform, workspace, channel, document, next_due_at, state, trouble)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (platform, workspace, channel) DO UPDATE SET
    document = excluded.document, next_due_at = excluded.next_due_at,
    state = excluded.state, trouble = excluded.trouble
WHERE subscriptions.state = 'removed'"""

CHANGE_SUBSCRIPTION = """
UPDATE subscriptions SET document = $2, next_due_at = $3, state = $4, trouble = $5
WHERE id = $1 AND next_due_at = $6 AND state = $7 AND document = $8 RETURNING id"""

STOP_SUBSCRIPTION = """
UPDATE subscriptions SET state = 'paused', trouble = $4
WHERE platform = $1 AND workspace = $2 AND channel = $3 AND state = 'active' RETURNING id"""

SUBSCRIPTION = """
SELECT * FROM subscriptions WHERE platform = $1 AND workspace = $2 AND channel = $3 AND state <> 'removed'"""

# PostgreSQL cannot tell the type of a NULL by itself.
_OF_WORKSPACE = "(CAST($1 AS TEXT) IS NULL OR workspace = $1)"

SUBSCRIPTIONS = f"""
SELECT * FROM subscriptions WHERE {_OF_WORKSPACE} AND state <> 'removed'
ORDER BY platform, workspace, channel LIMIT $2 OFFSET $3"""


@cache
def due_subscriptions(platforms: int) -> str:
    """Return the statement for what is due on as many platforms, or on all for 0."""
    there = f" AND platform IN {_placeholders(3, platforms)}" if platforms else ""
    return f"""
SELECT * FROM subscriptions WHERE state = 'active' AND next_due_at <= $1{there}
ORDER BY next_due_at, id LIMIT $2"""


MOVE_SUBSCRIPTION = """
UPDATE subscriptions SET next_due_at = $3
WHERE id = $1 AND next_due_at = $2 AND state = 'active' RETURNING id"""

INSERT_DIGEST = """
INSERT INTO digests
    (id, subscription_id, local_date, slot, platform, workspace, channel, composed_at, story_ids)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"""

DIGEST = "SELECT * FROM digests WHERE id = $1"

INSERT_SHARE = """
INSERT INTO shares (id, platform, workspace, channel, shared_at, shared_by, command, story_ids)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"""

INSERT_CHANNEL_STORY = """
INSERT INTO channel_stories (platform, workspace, channel, story_id, digest_id) VALUES ($1, $2, $3, $4, $5)"""

# Deliveries

INSERT_DELIVERY = """
INSERT INTO deliveries
    (id, kind, series, part, platform, workspace, channel, message, state,
     due_at, free_from, owner, attempt, message_id, settled_at, error, target, outdated)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)"""

INSERT_NOTICE = f"{INSERT_DELIVERY} ON CONFLICT DO NOTHING"

INSERT_COPY = "INSERT INTO copies (story_id, delivery_id) VALUES ($1, $2) ON CONFLICT DO NOTHING"

DELIVERIES = f"""
SELECT * FROM deliveries WHERE {_OF_WORKSPACE}
    AND (CAST($4 AS TEXT) IS NULL OR state = $4)
    AND (CAST($5 AS TEXT) IS NULL OR platform = $5)
    AND (CAST($6 AS TEXT) IS NULL OR channel = $6)
ORDER BY due_at DESC, series, part LIMIT $2 OFFSET $3"""

DELIVERY = "SELECT * FROM deliveries WHERE id = $1"

SETTLE_DELIVERY = """
UPDATE deliveries
SET state = $4, free_from = $5, message_id = $6, settled_at = $7, error = $8, doubts = doubts + $9,
    message = COALESCE($10, message), owner = '',
    outdated = CASE WHEN CAST($10 AS TEXT) IS NULL THEN outdated ELSE 0 END
WHERE id = $1 AND state = 'sending' AND owner = $2 AND attempt = $3
RETURNING id"""

EDIT_TARGET = "UPDATE deliveries SET message = $2, edited_at = $3, outdated = 0 WHERE id = $1"

DOUBT_TARGET = "UPDATE deliveries SET outdated = 1 WHERE id = $1"

FAIL_LATER_PARTS = """
UPDATE deliveries SET state = 'failed', settled_at = $3, error = $4 WHERE series = $1 AND part > $2"""

RETRY_DELIVERIES = """
UPDATE deliveries
SET state = 'planned', free_from = $2, settled_at = NULL, error = '', doubts = 0, owner = ''
WHERE state = 'failed'
    AND series = (SELECT series FROM deliveries WHERE id = $1 AND state = 'failed')
RETURNING id"""

_HAD = """
FROM channel_stories c
WHERE c.platform = $1 AND c.workspace = $2 AND c.channel = $3 AND c.story_id = $4"""

HAD = f"SELECT c.story_id {_HAD}"

DELIVERIES_OF_STORY = f"""
SELECT * FROM deliveries WHERE series IN (SELECT c.digest_id {_HAD}) ORDER BY part"""

RELEASE_DELIVERIES = """
UPDATE deliveries SET state = 'planned', free_from = due_at, owner = ''
WHERE state = 'sending' AND owner = $1
RETURNING id"""

POSTS = """
SELECT * FROM deliveries
WHERE state = 'posted' AND kind <> 'edit' AND platform = $1 AND workspace = $2 AND channel = $3
ORDER BY settled_at DESC, due_at DESC, series, part DESC LIMIT $4"""

# Workspaces, and what processes must know of one another

WORKSPACE = "SELECT * FROM workspaces WHERE platform = $1 AND id = $2"

WORKSPACES = "SELECT id FROM workspaces WHERE platform = $1 AND left_at IS NULL ORDER BY id"

JOIN_WORKSPACE = """
INSERT INTO workspaces (platform, id, left_at, document) VALUES ($1, $2, NULL, $3)
ON CONFLICT (platform, id) DO UPDATE SET left_at = NULL, document = excluded.document
WHERE workspaces.left_at IS NOT NULL
RETURNING id"""

FREE_OWED = """
UPDATE deliveries SET free_from = due_at WHERE platform = $1 AND workspace = $2 AND state = 'planned'"""

CHANGE_WORKSPACE = """
UPDATE workspaces SET document = $3
WHERE platform = $1 AND id = $2 AND document = $4 AND left_at IS NULL RETURNING id"""

LEAVE_WORKSPACE = """
UPDATE workspaces SET left_at = $3 WHERE platform = $1 AND id = $2 AND left_at IS NULL RETURNING id"""

STOP_SUBSCRIPTIONS = """
UPDATE subscriptions SET state = 'paused', trouble = $3
WHERE platform = $1 AND workspace = $2 AND state = 'active'"""

LEFT_WORKSPACES = "SELECT * FROM workspaces WHERE left_at < $1 ORDER BY left_at LIMIT $2"

DELETE_WORKSPACE = """
DELETE FROM workspaces WHERE platform = $1 AND id = $2 AND left_at = $3 RETURNING id"""

STORIES_OF_WORKSPACE = "SELECT id FROM stories WHERE workspace = $1"

PURGE_STORY = """
INSERT INTO purged_stories (id, workspace, change_number) VALUES ($1, $2, $3)
ON CONFLICT (id) DO UPDATE SET workspace = excluded.workspace, change_number = excluded.change_number"""

PURGE_POSTS = (
    """
DELETE FROM copies WHERE delivery_id IN (
    SELECT id FROM deliveries WHERE platform = $1 AND workspace = $2)""",
    *(
        f"DELETE FROM {table} WHERE platform = $1 AND workspace = $2"
        for table in ("deliveries", "channel_stories", "shares", "digests", "subscriptions")
    ),
)
"""Each before what it refers to."""

_ITS_STORIES = "(SELECT id FROM stories WHERE workspace = $1)"

PURGE_NEWS = (
    f"DELETE FROM channel_stories WHERE story_id IN {_ITS_STORIES}",
    f"DELETE FROM story_topics WHERE story_id IN {_ITS_STORIES}",
    f"DELETE FROM copies WHERE story_id IN {_ITS_STORIES}",
    f"DELETE FROM revisions WHERE story_id IN {_ITS_STORIES}",
    "DELETE FROM curation_revisions WHERE workspace = $1",
    "DELETE FROM changes WHERE workspace = $1",
    "DELETE FROM curations WHERE workspace = $1",
    "DELETE FROM hidden_stories WHERE workspace = $1",
    "DELETE FROM drafts WHERE workspace = $1",
    "DELETE FROM stories WHERE workspace = $1",
    "DELETE FROM articles WHERE workspace = $1",
    "DELETE FROM keepsakes WHERE workspace = $1",
)

HOLD = """
INSERT INTO leases (name, owner, until) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
WHERE leases.owner = excluded.owner OR leases.until <= $4
RETURNING name"""

LET_GO = "DELETE FROM leases WHERE name = $1 AND owner = $2"

REMEMBER = "INSERT INTO events (id, seen_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING RETURNING id"

FORGET = "DELETE FROM events WHERE seen_at < $1"

KEEP = """
INSERT INTO keepsakes (shelf, key, workspace, text, kept_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (shelf, key) DO UPDATE SET
    workspace = excluded.workspace, text = excluded.text, kept_at = excluded.kept_at"""

NOTE_KEPT = "UPDATE keepsakes SET kept_at = $1 WHERE kept_at = 0"

FADE = "DELETE FROM keepsakes WHERE kept_at > 0 AND kept_at < $1 RETURNING key"

KEPT = "SELECT text FROM keepsakes WHERE shelf = $1 AND key = $2"

TAKE = "DELETE FROM keepsakes WHERE shelf = $1 AND key = $2 RETURNING text"

SHELF = "SELECT key, text FROM keepsakes WHERE shelf = $1 ORDER BY key"
