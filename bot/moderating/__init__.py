"""What moderators do with stories, and who may.

What is typed (`commands`) goes by the `router` to the use cases that it belongs to: those of this package to
`stories`, which hands them on to `deciding`, `story_editing` and `merging`. Their pure halves are `rights`,
`story_acts` (what fits a state, and what comes of it), `story_past`, `story_values` and `claims_kept`; what
moderators see is made in `queue_messages`, `story_card`, `story_history` and `story_forms`.
"""
