"""Claiming within a transaction: what is owed and at its turn, posts and edits side by side."""
# ruff: noqa: S608 -- the texts are put together from the constants of this file only

from datetime import datetime
from itertools import zip_longest

from bot.model import Delivery
from bot.store import rows
from bot.store.driver import Transaction, Value

_FREE = "state IN ('planned', 'sending') AND free_from <= $1"


# The test for being free stands twice: PostgreSQL repeats only the outer one when it has waited for
# somebody else's update, and without it hands the same delivery to both. The subqueries that give one
# value are looked up in an index for each row until there are enough; as NOT EXISTS, PostgreSQL joins
# whole tables.
def _is_first(condition: str = "") -> str:
    return f"""
    d.id = (
        SELECT owed.id FROM deliveries owed
        WHERE owed.platform = $5 AND owed.workspace = d.workspace AND owed.channel = d.channel
            AND owed.state IN ('planned', 'sending') AND owed.kind <> 'edit' {condition}
        ORDER BY owed.due_at, owed.series, owed.part LIMIT 1)"""


# What stops a subscription holds up no notice: that the bot is back, say, and that somebody has to resume it.
_POST_TURN = f"""
    CASE WHEN COALESCE((
        SELECT s.trouble FROM subscriptions s
        WHERE s.platform = $5 AND s.workspace = d.workspace AND s.channel = d.channel
            AND s.state = 'paused'), '') = ''
    THEN {_is_first()}
    ELSE d.kind = 'notice' AND {_is_first("AND owed.kind = 'notice'")} END"""

_EDIT_TURN = """
    d.id = (
        SELECT owed.id FROM deliveries owed
        WHERE owed.target = d.target AND owed.kind = 'edit' AND owed.state IN ('planned', 'sending')
        ORDER BY owed.due_at, owed.id LIMIT 1)
    AND COALESCE((SELECT t.state FROM deliveries t WHERE t.id = d.target), 'failed')
        IN ('posted', 'failed')"""


def _statement(of_kind: str, is_its_turn: str) -> str:
    # CASE: PostgreSQL then expects many to be at their turn, and reads them in their order until there are
    # enough; it would else test all and sort.
    return f"""
UPDATE deliveries SET state = 'sending', owner = $2, attempt = attempt + 1, free_from = $3
WHERE id IN (
    SELECT d.id FROM deliveries d
    WHERE d.platform = $5 AND d.kind {of_kind} AND {_FREE}
        AND CASE WHEN {is_its_turn} THEN TRUE ELSE FALSE END
    ORDER BY d.due_at, d.series, d.part LIMIT $4)
AND {_FREE}
RETURNING *"""


CLAIM_POSTS = _statement("<> 'edit'", _POST_TURN)

CLAIM_EDITS = _statement("= 'edit'", _EDIT_TURN)


async def claim(
    transaction: Transaction, values: tuple[Value, ...], platform: str, posts: int, edits: int
) -> list[Delivery]:
    """Claim as `bot.ports.Store.claim_deliveries` does; `values` are now, the owner and the lease's end."""

    async def take(statement: str, most: int) -> list[Delivery]:
        found = await transaction.fetch(statement, *values, most, platform) if most else []
        return sorted(map(rows.read_delivery, found), key=_turn)

    taken = [await take(CLAIM_POSTS, posts), await take(CLAIM_EDITS, edits)]
    return [delivery for turn in zip_longest(*taken) for delivery in turn if delivery is not None]


def _turn(delivery: Delivery) -> tuple[datetime, str, int]:
    return delivery.due_at, delivery.series, delivery.part
