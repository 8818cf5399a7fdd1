-- How often nobody saw how an attempt ended; delays that a platform asks for do not count.
ALTER TABLE deliveries ADD COLUMN doubts BIGINT NOT NULL DEFAULT 0;

-- What is owed, in the order in which it is handed out: by platform, and by channel.
DROP INDEX deliveries_by_due;
CREATE INDEX deliveries_by_turn ON deliveries (platform, due_at, series, part)
    WHERE state IN ('planned', 'sending');
CREATE INDEX deliveries_owed ON deliveries (platform, workspace, channel, due_at, series, part)
    WHERE state IN ('planned', 'sending');
