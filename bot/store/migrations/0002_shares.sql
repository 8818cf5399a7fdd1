-- Answers that somebody put before a channel. Their parts are deliveries like those of a digest.
CREATE TABLE shares (
    id TEXT PRIMARY KEY,
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    channel TEXT NOT NULL,
    shared_at BIGINT NOT NULL,
    shared_by TEXT NOT NULL,
    command TEXT NOT NULL,
    story_ids TEXT NOT NULL
);

-- Deliveries anew: of a digest or of a share, whose id is `series`.
CREATE TABLE deliveries_2 (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('digest', 'share', 'notice')),
    series TEXT NOT NULL,
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
    UNIQUE (series, part)
);

INSERT INTO deliveries_2
    (id, kind, series, part, platform, workspace, channel, message, state,
     due_at, free_at, owner, attempt, message_id, settled_at, error)
SELECT
    id, 'digest', digest_id, part, platform, workspace, channel, message, state,
    due_at, free_at, owner, attempt, message_id, settled_at, error
FROM deliveries;

DROP TABLE deliveries;

ALTER TABLE deliveries_2 RENAME TO deliveries;

CREATE INDEX deliveries_by_due ON deliveries (due_at, series, part) WHERE state IN ('planned', 'sending');

CREATE INDEX deliveries_by_channel ON deliveries (platform, workspace, channel, settled_at)
    WHERE state = 'posted';

CREATE INDEX deliveries_by_age ON deliveries (due_at DESC, series, part);

-- The terminal's channel is a platform of its own: the local platform is the page.
UPDATE subscriptions SET platform = 'console' WHERE platform = 'local' AND channel = 'console';

UPDATE digests SET platform = 'console' WHERE platform = 'local' AND channel = 'console';

UPDATE channel_stories SET platform = 'console' WHERE platform = 'local' AND channel = 'console';

UPDATE deliveries SET platform = 'console' WHERE platform = 'local' AND channel = 'console';
