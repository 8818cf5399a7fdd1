"""The statements about moderators' work: changes, the queue, curations, copies and their edits, drafts."""
# ruff: noqa: S608 -- the texts are put together from the constants of this file only

from functools import cache

# Changes

INSERT_CHANGE = """
INSERT INTO changes (number, id, workspace, at, actor, actor_id, action, reason, undoes)
VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM changes), $1, $2, $3, $4, $5, $6, $7, $8)"""

MARK_UNDONE = "UPDATE changes SET undone_by = $2 WHERE id = $1 AND undone_by IS NULL RETURNING undoes"

MARK_ANEW = "UPDATE changes SET undone_by = CAST($2 AS TEXT) WHERE id = $1 RETURNING undoes"

CHANGE = "SELECT * FROM changes WHERE id = $1"

COUNT_REVISIONS = "SELECT count(*) AS revisions FROM revisions WHERE change_id = $1"


# CROSS JOIN: SQLite then begins with the story's changes, which are few.
_OF_STORY = """(
    SELECT r.change_id FROM revisions r WHERE r.story_id = $3
    UNION
    SELECT v.change_id FROM curation_revisions v
    WHERE (replace(v.before, '"' || $3 || '"', '') = v.before)
        <> (replace(v.after, '"' || $3 || '"', '') = v.after)) AS told CROSS JOIN changes c"""


@cache
def _chosen(workspaces: int, *, of_story: bool) -> str:
    """Return what chooses changes: $1 to $4 are the filter, then come the workspaces."""
    places = ", ".join(f"${number}" for number in range(5, 5 + workspaces))
    # PostgreSQL cannot tell the type of a NULL by itself.
    return f"""
FROM {_OF_STORY if of_story else "changes c"}
WHERE c.workspace IN ({places})
    AND (CAST($1 AS TEXT) IS NULL OR c.action = $1)
    AND (CAST($2 AS TEXT) IS NULL OR c.actor_id = $2 OR lower(c.actor) = lower($2))
    AND {"c.id = told.change_id" if of_story else "CAST($3 AS TEXT) IS NULL"}
    AND (CAST($4 AS BIGINT) IS NULL OR c.at >= $4)"""


@cache
def changes(workspaces: int, *, of_story: bool) -> str:
    """Return the statement for a page of the log of as many workspaces; limit and offset come last."""
    limit, offset = 5 + workspaces, 6 + workspaces
    chosen = _chosen(workspaces, of_story=of_story)
    return f"SELECT c.* {chosen} ORDER BY c.number DESC LIMIT ${limit} OFFSET ${offset}"


@cache
def count_changes(workspaces: int, *, of_story: bool) -> str:
    """Return the statement for how many changes a log has."""
    return f"SELECT count(*) AS changes {_chosen(workspaces, of_story=of_story)}"


# The queue

_WAITING = """
FROM stories s
    JOIN revisions r ON r.story_id = s.id AND r.number = 1
    JOIN changes c ON c.id = r.change_id
WHERE s.status = 'waiting' AND s.workspace = $1"""

WAITING_STORIES = (
    f"SELECT s.document {_WAITING} ORDER BY c.number, s.published_at DESC, s.id LIMIT $2 OFFSET $3"
)

COUNT_WAITING = f"SELECT count(*) AS stories {_WAITING} AND (CAST($2 AS TEXT) IS NULL OR c.actor_id = $2)"

WITHDRAWN_STORIES = """
SELECT document FROM stories WHERE status = 'retracted' AND workspace = $1
ORDER BY published_at DESC, id LIMIT $2"""

# Hardly anything but restoring changes a story that is told no more.
LATELY_WITHDRAWN = """
SELECT change_number, document FROM stories WHERE status = 'retracted' AND workspace = $1
ORDER BY change_number DESC LIMIT $2"""

# Curations

CURATION = "SELECT revision, document FROM curations WHERE workspace = $1"

SAVE_CURATION = """
INSERT INTO curations (workspace, revision, document) VALUES ($1, $2, $3)
ON CONFLICT (workspace) DO UPDATE SET revision = excluded.revision, document = excluded.document
WHERE curations.revision = excluded.revision - 1
RETURNING revision"""

INSERT_CURATION_REVISION = """
INSERT INTO curation_revisions (change_id, workspace, before, after) VALUES ($1, $2, $3, $4)"""

CURATION_REVISION = "SELECT before, after FROM curation_revisions WHERE change_id = $1"

HIDE = "INSERT INTO hidden_stories (workspace, story_id) VALUES ($1, $2) ON CONFLICT DO NOTHING"

UNHIDE = "DELETE FROM hidden_stories WHERE workspace = $1 AND story_id = $2"

# Copies, and edits of them

_TELLING = """
FROM copies k JOIN deliveries d ON d.id = k.delivery_id
WHERE k.story_id = $1 AND d.kind <> 'edit' AND (CAST($2 AS TEXT) IS NULL OR d.workspace = $2)"""

COPIES = f"SELECT d.* {_TELLING} ORDER BY d.due_at DESC, d.series, d.part LIMIT $3 OFFSET $4"

COUNT_COPIES = f"""
SELECT count(*) AS copies {_TELLING} AND d.state <> 'failed' AND d.kind <> 'notice'"""

# An edit has the id of its target and the number of its change, and is a series of its own. What it shows is
# kept with its target. It is due after those that are owed to its target already, whatever clocks say: two
# under way at once might leave the older words.
PLAN_EDITS = f"""
INSERT INTO deliveries
    (id, kind, series, part, platform, workspace, channel, message, state,
     due_at, free_from, owner, attempt, error, target, cause)
SELECT
    d.id || CAST($3 AS TEXT), 'edit', d.id || CAST($3 AS TEXT), 1,
    d.platform, d.workspace, d.channel, '{{"blocks":[],"language":"en"}}', 'planned',
    COALESCE((
        SELECT MAX(e.due_at) + 1 FROM deliveries e
        WHERE e.target = d.id AND e.kind = 'edit' AND e.due_at >= $4 AND e.state IN ('planned', 'sending')),
        CAST($4 AS BIGINT)),
    CAST($4 AS BIGINT), '', 0, '', d.id, CAST($5 AS TEXT)
{_TELLING} AND d.state <> 'failed'
ON CONFLICT DO NOTHING"""

MARK_OUTDATED = """
UPDATE deliveries SET outdated = 1
WHERE state <> 'posted' AND kind <> 'edit' AND id IN (SELECT delivery_id FROM copies WHERE story_id = $1)
    AND (CAST($2 AS TEXT) IS NULL OR workspace = $2)"""

EDITS = """
SELECT * FROM deliveries WHERE cause = $1 AND (CAST($4 AS TEXT) IS NULL OR state = $4)
ORDER BY platform, workspace, channel, due_at, id LIMIT $2 OFFSET $3"""

# What is told anew at a moderators' desk is no copy that readers see.
COUNT_EDITS = """
SELECT e.state AS state, count(*) AS edits
FROM deliveries e JOIN deliveries t ON t.id = e.target
WHERE e.cause = $1 AND t.kind <> 'notice' GROUP BY e.state"""


@cache
def edits_of(count: int) -> str:
    """Return the statement for the edits of `count` targets, the newest last."""
    places = ", ".join(f"${number}" for number in range(1, 1 + count))
    return f"SELECT * FROM deliveries WHERE target IN ({places}) AND kind = 'edit' ORDER BY due_at, id"


# What names the story that another went into tells of that, too.
SHARE_COPIES = """
INSERT INTO copies (story_id, delivery_id)
SELECT CAST($2 AS TEXT), delivery_id FROM copies WHERE story_id = $1 ON CONFLICT DO NOTHING"""


# Drafts

DRAFT = "SELECT document FROM drafts WHERE id = $1"

INSERT_DRAFT = """
INSERT INTO drafts (id, workspace, owner, revision, made_at, document) VALUES ($1, $2, $3, 1, $4, $5)"""

CHANGE_DRAFT = """
UPDATE drafts SET revision = $2, document = $3 WHERE id = $1 AND revision = $2 - 1 RETURNING id"""

DROP_DRAFT = "DELETE FROM drafts WHERE id = $1"

DROP_OLDER_DRAFTS = """
DELETE FROM drafts WHERE id IN (
    SELECT id FROM drafts WHERE workspace = $1 AND owner = $2 ORDER BY made_at DESC, id LIMIT $4 OFFSET $3)
RETURNING id"""

DROP_DRAFTS = "DELETE FROM drafts WHERE made_at < $1 RETURNING id"
