-- Instants are milliseconds since 1970 in UTC, documents are JSON that SQL never looks into.

-- One row per number that is given out in the order of commits: who takes one holds the row until commit.
CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);

INSERT INTO counters (name, value) VALUES ('change', 0);

CREATE TABLE articles (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    document TEXT NOT NULL
);

-- The columns before `document` repeat what queries need of it. `tokens` comes last: readers of the
-- story then never touch the pages it takes.
CREATE TABLE stories (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'published', 'retracted')),
    published_at BIGINT NOT NULL,
    revision BIGINT NOT NULL CHECK (revision >= 1),
    change_number BIGINT NOT NULL,
    document TEXT NOT NULL,
    tokens TEXT NOT NULL
);

CREATE UNIQUE INDEX stories_by_change ON stories (change_number);

CREATE INDEX stories_by_age ON stories (workspace, published_at DESC, id) WHERE status = 'published';

CREATE TABLE story_topics (
    topic TEXT NOT NULL,
    story_id TEXT NOT NULL REFERENCES stories (id),
    PRIMARY KEY (topic, story_id)
);

CREATE INDEX story_topics_by_story ON story_topics (story_id);

-- `before` is the document that the change replaced; what it became is the next revision's `before`,
-- or the story as it stands.
CREATE TABLE revisions (
    story_id TEXT NOT NULL REFERENCES stories (id),
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('add', 'edit', 'approve', 'correct', 'retract', 'restore')),
    reason TEXT NOT NULL,
    before TEXT,
    PRIMARY KEY (story_id, number)
);

CREATE TABLE subscriptions (
    id TEXT PRIMARY KEY,
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    channel TEXT NOT NULL,
    times TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    language TEXT NOT NULL,
    topics TEXT NOT NULL,
    story_count BIGINT NOT NULL,
    next_due_at BIGINT NOT NULL,
    UNIQUE (platform, workspace, channel)
);

CREATE INDEX subscriptions_by_due ON subscriptions (next_due_at);

CREATE TABLE digests (
    id TEXT PRIMARY KEY,
    subscription_id TEXT NOT NULL REFERENCES subscriptions (id),
    local_date TEXT NOT NULL,
    slot TEXT NOT NULL,
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    channel TEXT NOT NULL,
    composed_at BIGINT NOT NULL,
    story_ids TEXT NOT NULL,
    UNIQUE (subscription_id, local_date, slot)
);

-- What a channel has had, whatever becomes of its subscription.
CREATE TABLE channel_stories (
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    channel TEXT NOT NULL,
    story_id TEXT NOT NULL REFERENCES stories (id),
    digest_id TEXT NOT NULL REFERENCES digests (id),
    PRIMARY KEY (platform, workspace, channel, story_id)
);

-- `due_at` never changes; `free_at` is when the delivery may be taken (again): when it is due, when it
-- is to be tried again, or when the lease of whoever holds it runs out.
CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    digest_id TEXT NOT NULL REFERENCES digests (id),
    part BIGINT NOT NULL CHECK (part >= 1),
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    channel TEXT NOT NULL,
    message TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('planned', 'sending', 'posted', 'failed')),
    due_at BIGINT NOT NULL,
    free_at BIGINT NOT NULL,
    owner TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    message_id TEXT,
    settled_at BIGINT,
    error TEXT NOT NULL,
    UNIQUE (digest_id, part)
);

CREATE INDEX deliveries_by_due ON deliveries (due_at, digest_id, part) WHERE state IN ('planned', 'sending');

CREATE INDEX deliveries_by_channel ON deliveries (platform, workspace, channel, settled_at)
    WHERE state = 'posted';
