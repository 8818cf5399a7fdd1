"""Slack: what people do there, what they see, what is posted, who has the app.

- `answering/`, what people do: `app` hears it, `work` does it once, `call` reads it, `interactions`
  answers it; `people` knows who they are, `typed` what they typed; `answers` and `home` show the reply.
- `showing/`, what they see: `render` makes blocks of messages, `views` and `fields` windows; `seal` knows
  what comes back from those.
- `posting/`, what is posted: `platform` posts, edits and finds, `history` looks back, `addresses` tells
  where posts stand, `turns` keeps to Slack's pace, `channels` hears that one is lost.
- `installing/`, who has the app: `access` gives the tokens, `installations` keeps them under `cipher`,
  `rotation` renews them, `oauth` installs, `welcome` tells the engine.
- How Slack is reached: `mode` reads the settings, `socket` and `http` are the two ways, `connection` puts
  all together; `web_api` calls, and `errors` knows what Slack's answers mean.
- Setting it up: `manifest`, `scopes`, and `checks` for `ai-news doctor`.
"""
