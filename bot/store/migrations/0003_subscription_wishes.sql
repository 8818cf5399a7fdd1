-- What a channel wishes for is a document that SQL never looks into; only what queries need has columns.
ALTER TABLE subscriptions ADD COLUMN document TEXT NOT NULL DEFAULT '{}';

UPDATE subscriptions SET document =
    '{"times":' || times || ',"time_zone":"' || time_zone || '","languages":["' || language
    || '"],"topics":' || topics || ',"story_count":' || CAST(story_count AS TEXT) || '}';

ALTER TABLE subscriptions DROP COLUMN times;

ALTER TABLE subscriptions DROP COLUMN time_zone;

ALTER TABLE subscriptions DROP COLUMN language;

ALTER TABLE subscriptions DROP COLUMN topics;

ALTER TABLE subscriptions DROP COLUMN story_count;

-- A removed subscription stays for its digests, and for what its channel has had.
ALTER TABLE subscriptions ADD COLUMN state TEXT NOT NULL DEFAULT 'active'
    CHECK (state IN ('active', 'paused', 'removed'));

-- Why it is paused: nothing when somebody did so, else what the platform said.
ALTER TABLE subscriptions ADD COLUMN trouble TEXT NOT NULL DEFAULT '';

DROP INDEX subscriptions_by_due;

CREATE INDEX subscriptions_by_due ON subscriptions (next_due_at) WHERE state = 'active';
