"""Slack: what people do there, what they see, what is posted, who has the app.

- What people do: `app` hears it, `work` does it once, `call` reads it, `interactions` answers it;
  `people` knows who they are, `typed` what they typed; `answers` and `home` show the reply.
- What they see: `render` makes blocks of messages, `views` and `fields` windows; `buttons` and `seal` know
  what comes back from those.
- What is posted: `platform` posts, edits and finds, `history` looks back, `turns` keeps to Slack's pace,
  `errors` and `web_api` know what Slack's answers mean, `channels` hears that one is lost.
- Who has the app: `access` gives the tokens, `installations` keeps them under `cipher`, `rotation` renews
  them, `oauth` installs, `welcome` tells the engine.
- How Slack is reached: `mode` reads the settings, `socket` and `http` are the two ways, `connection` puts
  all together.
- Setting it up: `manifest`, `scopes`, and `checks` for `ai-news doctor`.
"""
