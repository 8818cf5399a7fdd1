"""The pretend Slack's methods about modals and Homes."""

import time

from tests.fakes.slack.checks import ApiError, check_view
from tests.fakes.slack.problems import Json
from tests.fakes.slack.state import APP_ID, Asked, User, View, new_id
from tests.fakes.slack.web_api import Call, Method

MAX_STACK = 3
"""Modals that may lie on one another (Slack's page on modals)."""


def view_json(view: View) -> Json:
    """Return a view as Slack shows it to apps."""
    team = view.user.team
    names = ("callback_id", "external_id", "private_metadata")
    return {
        **dict.fromkeys(names, ""),
        "submit": None,
        "close": None,
        "clear_on_close": False,
        "notify_on_close": False,
        **view.content,
        "id": view.id,
        "team_id": team.id,
        "state": {"values": view.values},
        "hash": view.hash,
        "root_view_id": view.root_id or view.id,
        "previous_view_id": view.previous_id,
        "app_id": APP_ID,
        "app_installed_team_id": team.id,
        "bot_id": team.bot_id,
    }


def new_view(user: User, content: Json, previous: View | None = None) -> View:
    """Return a view that nobody had before."""
    view = View(id=new_id("V"), user=user, content=content, hash=new_id("hash."))
    if previous is not None:
        view.previous_id, view.root_id = previous.id, previous.root_id or previous.id
    return view


def change(view: View, content: Json) -> None:
    """Put another content into a view; what was filled into blocks that remain stays."""
    blocks = {block["block_id"] for block in content["blocks"]}
    view.content = content
    view.values = {block: values for block, values in view.values.items() if block in blocks}
    view.hash = new_id("hash.")
    view.versions += 1


def _exchange(call: Call) -> Asked:
    """Use a trigger up; raise what Slack says of one that is unknown, used or old."""
    asked = call.server.asked.get(call.required("trigger_id"))
    if asked is None or asked.user is None or asked.user.team is not call.team:
        raise ApiError("invalid_trigger_id")
    if asked.is_exchanged:
        raise ApiError("exchanged_trigger_id")
    if time.monotonic() - asked.asked_at > call.server.trigger_life_s:
        raise ApiError("expired_trigger_id")
    asked.is_exchanged = True
    return asked


def _add(call: Call, asked: Asked, content: Json, previous: View | None) -> Json:
    taken = {view.content.get("external_id") for view in call.server.views.values() if view.is_open}
    if content.get("external_id") and content["external_id"] in taken:
        raise ApiError("duplicate_external_id")
    view = new_view(asked.user, content, previous)
    call.server.views[view.id] = view
    asked.views.append(view)
    return {"view": view_json(view)}


def open_modal(call: Call) -> Json:
    content = check_view(call.arguments.get("view"), "modal")
    asked = _exchange(call)
    for view in call.server.modals(asked.user):
        view.is_open = False
    return _add(call, asked, content, None)


def push(call: Call) -> Json:
    content = check_view(call.arguments.get("view"), "modal")
    asked = _exchange(call)
    stack = call.server.modals(asked.user)
    if len(stack) >= MAX_STACK:
        raise ApiError("push_limit_reached")
    if not stack:
        raise ApiError("not_found")
    return _add(call, asked, content, stack[-1])


def update(call: Call) -> Json:
    known = call.server.views.values()
    name, value = ("id", call.text("view_id")) if call.text("view_id") else ("", call.text("external_id"))
    found = [
        view
        for view in known
        if value and value == (view.id if name else view.content.get("external_id")) and view.is_open
    ]
    if not found or found[-1].user.team is not call.team:
        raise ApiError("not_found")
    view = found[-1]
    content = check_view(call.arguments.get("view"), view.content["type"])
    if call.text("hash") and call.text("hash") != view.hash:
        raise ApiError("hash_conflict")
    change(view, content)
    return {"view": view_json(view)}


def publish(call: Call) -> Json:
    user = call.server.users.get(call.required("user_id"))
    if user is None or user.team is not call.team:
        raise ApiError("user_not_found")
    content = check_view(call.arguments.get("view"), "home")
    home = call.server.homes.get(user.id)
    if call.text("hash") and (home is None or call.text("hash") != home.hash):
        raise ApiError("hash_conflict")
    if home is None:
        home = call.server.homes[user.id] = new_view(user, content)
        call.server.views[home.id] = home
    else:
        change(home, content)
    return {"view": view_json(home)}


METHODS = {
    "views.open": Method(open_modal),
    "views.push": Method(push),
    "views.update": Method(update),
    "views.publish": Method(publish),
}
