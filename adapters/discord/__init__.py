"""Discord: what people do there, what they see, what is posted, and who listens.

- `answering/`, what people do: `interactions` takes it, `asking` knows who and where, `options` what
  was chosen, `messages` what they point at; `answer` is given in time, `rights` says what the bot may not
  do there.
- `showing/`, what they see: `commands` are offered, `render` makes components of messages, `views` sends
  them, `forms` are windows; `buttons` knows what comes back from those.
- `posting/`, what is posted: `platform` posts, edits and finds, `history` looks back, `places` knows the
  channels and `permissions` what is allowed in them, `titles` names posts and threads, `addresses` tells
  where they stand.
- Who listens: `gateway` holds the lease, `client` the connection, `guilds` hears of servers; `connection`
  puts all together; `rest` asks Discord, `errors` and `invalid` know what its refusals mean.
- Setting it up: `invite`, and `checks` for `ai-news doctor`.
"""
