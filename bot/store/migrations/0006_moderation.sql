-- One row for each act of a person. `number` tells the order of commits: who writes one has taken a number of
-- the counter of changes first.
CREATE TABLE changes (
    id TEXT PRIMARY KEY,
    number BIGINT NOT NULL,
    workspace TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN (
        'add', 'suggest', 'edit', 'approve', 'reject', 'correct', 'retract', 'restore', 'merge',
        'pin', 'unpin', 'hide', 'unhide',
        'topic', 'untopic', 'alias', 'unalias', 'join', 'part', 'mute', 'unmute', 'undo')),
    reason TEXT NOT NULL,
    undoes TEXT,
    undone_by TEXT
);

INSERT INTO changes (id, number, workspace, at, actor, actor_id, action, reason)
SELECT
    r.story_id || '.' || CAST(r.number AS TEXT), ROW_NUMBER() OVER (ORDER BY r.at, r.story_id, r.number),
    s.workspace, r.at, r.actor, '', r.action, r.reason
FROM revisions r JOIN stories s ON s.id = r.story_id;

CREATE UNIQUE INDEX changes_by_number ON changes (number);

CREATE INDEX changes_by_workspace ON changes (workspace, number DESC);

-- Revisions anew: what a change did to a story.
CREATE TABLE revisions_2 (
    story_id TEXT NOT NULL REFERENCES stories (id),
    number BIGINT NOT NULL,
    change_id TEXT NOT NULL REFERENCES changes (id),
    before TEXT,
    PRIMARY KEY (story_id, number)
);

INSERT INTO revisions_2 (story_id, number, change_id, before)
SELECT story_id, number, story_id || '.' || CAST(number AS TEXT), before FROM revisions;

DROP TABLE revisions;

ALTER TABLE revisions_2 RENAME TO revisions;

CREATE INDEX revisions_by_change ON revisions (change_id);

CREATE INDEX stories_waiting ON stories (workspace) WHERE status = 'waiting';

CREATE INDEX stories_withdrawn ON stories (workspace, published_at DESC, id) WHERE status = 'retracted';

CREATE INDEX stories_lately_withdrawn ON stories (workspace, change_number DESC) WHERE status = 'retracted';

-- Deliveries anew: an edit is owed of the message that `target` posted, since change `cause`.
-- `free_from` was `free_at`: a program of before that still runs would post edits as messages and know no copies;
-- like this it is handed nothing any more, and what it has begun is taken up when its lease is over.
CREATE TABLE deliveries_3 (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('digest', 'share', 'notice', 'edit')),
    series TEXT NOT NULL,
    part BIGINT NOT NULL CHECK (part >= 1),
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    channel TEXT NOT NULL,
    message TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('planned', 'sending', 'posted', 'failed')),
    due_at BIGINT NOT NULL,
    free_from BIGINT NOT NULL,
    owner TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    doubts BIGINT NOT NULL DEFAULT 0,
    message_id TEXT,
    settled_at BIGINT,
    edited_at BIGINT,
    error TEXT NOT NULL,
    target TEXT,
    cause TEXT,
    outdated BIGINT NOT NULL DEFAULT 0,
    UNIQUE (series, part)
);

INSERT INTO deliveries_3
    (id, kind, series, part, platform, workspace, channel, message, state,
     due_at, free_from, owner, attempt, doubts, message_id, settled_at, error)
SELECT
    id, kind, series, part, platform, workspace, channel, message, state,
    due_at, free_at, owner, attempt, doubts, message_id, settled_at, error
FROM deliveries;

DROP TABLE deliveries;

ALTER TABLE deliveries_3 RENAME TO deliveries;

-- Posts and edits take turns. Of each there are two: one gives all in the order of their turns, the other tells
-- which is first where it goes. The second ones are as partial as the first: PostgreSQL would else, for as long as
-- it has no statistics of a table that grew at once, read the whole of the first for every row.
CREATE INDEX posts_by_turn ON deliveries (platform, due_at, series, part)
    WHERE state IN ('planned', 'sending') AND kind <> 'edit';

CREATE INDEX posts_owed ON deliveries (platform, workspace, channel, due_at, series, part)
    WHERE state IN ('planned', 'sending') AND kind <> 'edit';

CREATE INDEX edits_by_turn ON deliveries (platform, due_at, series, part)
    WHERE state IN ('planned', 'sending') AND kind = 'edit';

CREATE INDEX edits_owed ON deliveries (target, due_at, id)
    WHERE state IN ('planned', 'sending') AND kind = 'edit';

CREATE INDEX deliveries_by_channel ON deliveries (platform, workspace, channel, settled_at)
    WHERE state = 'posted' AND kind <> 'edit';

CREATE INDEX deliveries_by_age ON deliveries (due_at DESC, series, part);

CREATE INDEX edits_by_target ON deliveries (target, due_at, id) WHERE target IS NOT NULL;

CREATE INDEX edits_by_cause ON deliveries (cause, id) WHERE cause IS NOT NULL;

-- Which messages tell a story. What was shared before this is not known.
CREATE TABLE copies (
    story_id TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    PRIMARY KEY (story_id, delivery_id)
);

CREATE INDEX copies_by_delivery ON copies (delivery_id);

INSERT INTO copies (story_id, delivery_id)
SELECT c.story_id, d.id
FROM channel_stories c JOIN deliveries d ON d.series = c.digest_id
WHERE d.message LIKE '%"story_id":"' || c.story_id || '"%';

-- What workspaces decided for themselves.
CREATE TABLE curations (
    workspace TEXT PRIMARY KEY,
    revision BIGINT NOT NULL,
    document TEXT NOT NULL
);

CREATE TABLE curation_revisions (
    change_id TEXT PRIMARY KEY REFERENCES changes (id),
    workspace TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL
);

-- What of `curations` queries need.
CREATE TABLE hidden_stories (
    workspace TEXT NOT NULL,
    story_id TEXT NOT NULL,
    PRIMARY KEY (workspace, story_id)
);

CREATE TABLE drafts (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    owner TEXT NOT NULL,
    revision BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    document TEXT NOT NULL
);

CREATE INDEX drafts_by_age ON drafts (made_at);

CREATE INDEX drafts_by_owner ON drafts (workspace, owner, made_at);

-- Since when a text is kept that fades: 0 until that is noted, nothing where it is kept for good.
ALTER TABLE keepsakes ADD COLUMN kept_at BIGINT;

CREATE INDEX keepsakes_by_age ON keepsakes (kept_at) WHERE kept_at IS NOT NULL;

UPDATE keepsakes SET kept_at = 0
WHERE shelf IN ('buttons', 'forms', 'long values', 'digest forms', 'slack modals');
