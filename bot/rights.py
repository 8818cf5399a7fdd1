"""Who may do what, pure."""

from bot.model import Actor, Workspace


def goes_in_at_once(workspace: Workspace | None, actor: Actor) -> bool:
    """Whether the stories of a moderator go in at once; those of others wait until somebody approves."""
    if actor.role in ("member", "operator") or workspace is None:
        return actor.role != "member"
    match workspace.publishers:
        case "moderators":
            return True
        case "managers":
            return actor.role == "manager"
        case "nobody":
            return False
