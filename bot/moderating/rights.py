"""Who may do what, pure. Each rule is looked at with every command, whatever button it came from."""

from collections.abc import Container

from bot.errors import NotAllowed
from bot.model import PUBLIC, Actor, Story, StoryId, Workspace, WorkspaceId


def may_moderate(actor: Actor) -> bool:
    """Whether somebody moderates their workspace at all."""
    return actor.role != "member"


def check_moderator(actor: Actor) -> None:
    """Raise `NotAllowed` for members."""
    if not may_moderate(actor):
        raise NotAllowed("moderators_only")


def may_change(actor: Actor, story: Story, operators: Container[WorkspaceId]) -> bool:
    """Whether somebody may change a story for all who see it.

    That are moderators of its own workspace; of a public one those of the `operators`' workspaces.
    """
    if not may_moderate(actor):
        return False
    if story.workspace == PUBLIC:
        return actor.role == "operator" or actor.workspace in operators
    return story.workspace == actor.workspace


def sees(
    actor: Actor, story: Story, operators: Container[WorkspaceId], hidden: Container[StoryId] = ()
) -> bool:
    """Whether somebody may know of a story; what their workspace has `hidden`, its moderators still do.

    Whoever may change it sees it in any state, everybody else while it is published.
    """
    if may_change(actor, story, operators):
        return True
    is_told = story.status == "published" and story.workspace in (PUBLIC, actor.workspace)
    return is_told and (may_moderate(actor) or story.id not in hidden)


def goes_in_at_once(workspace: Workspace | None, actor: Actor) -> bool:
    """Whether the stories of somebody go in at once; those of others wait until somebody approves."""
    if actor.role in ("member", "operator") or workspace is None:
        return may_moderate(actor)
    match workspace.publishers:
        case "moderators":
            return True
        case "managers":
            return actor.role == "manager"
        case "nobody":
            return False


def reaches_everyone(actor: Actor, operators: Container[WorkspaceId]) -> bool:
    """Whether somebody may add and change stories that every workspace sees."""
    return actor.role == "operator" or (actor.role != "member" and actor.workspace in operators)


def may_approve(workspace: Workspace | None, actor: Actor, brought_in_by: str) -> bool:
    """Whether somebody who may change a story may publish it; `brought_in_by` is the id of who brought it in.

    Where nobody's stories go in at once, a second pair of eyes is needed.
    """
    if workspace is not None and workspace.publishers == "nobody" and actor.role != "operator":
        return may_moderate(actor) and actor.id != brought_in_by
    return goes_in_at_once(workspace, actor)


def may_reject(workspace: Workspace | None, actor: Actor, brought_in_by: str) -> bool:
    """Whether somebody who may change a story may refuse it: who may publish it, and who brought it in."""
    is_own = bool(actor.id) and actor.id == brought_in_by
    return is_own or may_approve(workspace, actor, brought_in_by)
