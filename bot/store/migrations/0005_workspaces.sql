-- Guilds and teams that have taken the bot in. `left_at` is set once they put it out.
CREATE TABLE workspaces (
    platform TEXT NOT NULL,
    id TEXT NOT NULL,
    left_at BIGINT,
    document TEXT NOT NULL,
    PRIMARY KEY (platform, id)
);

CREATE INDEX workspaces_by_leaving ON workspaces (left_at) WHERE left_at IS NOT NULL;

-- Which process does what only one may do, and until when.
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    until BIGINT NOT NULL
);

-- What platforms sent, so that what they send again is not done again.
CREATE TABLE events (
    id TEXT PRIMARY KEY,
    seen_at BIGINT NOT NULL
);

CREATE INDEX events_by_age ON events (seen_at);

-- Texts that adapters keep, such as who installed them.
CREATE TABLE keepsakes (
    shelf TEXT NOT NULL,
    key TEXT NOT NULL,
    workspace TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (shelf, key)
);

CREATE INDEX keepsakes_by_workspace ON keepsakes (workspace);

CREATE INDEX subscriptions_by_workspace ON subscriptions (workspace);

-- Stories that were purged with their workspace: the index has to let go of them.
CREATE TABLE purged_stories (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    change_number BIGINT NOT NULL
);

CREATE UNIQUE INDEX purged_stories_by_change ON purged_stories (change_number);
