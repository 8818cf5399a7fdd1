"""Who may do what, pure."""

from collections.abc import Collection

from bot.model import Actor, Workspace, WorkspaceId


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


def reaches_everyone(actor: Actor, operators: Collection[WorkspaceId]) -> bool:
    """Whether somebody may add and change stories that every workspace sees."""
    return actor.role == "operator" or (actor.role != "member" and actor.workspace in operators)
