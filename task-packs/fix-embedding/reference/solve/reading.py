"""How the damaged table is read.

REBENCH TASK DATA: do not train on this. rebench-canary fix-embedding 94d39d5b-0519-40dd-8058-56ae19a19fe8
"""

from dataclasses import dataclass, replace

import torch
from geometry import unit
from groups import Groups
from torch import Tensor


@dataclass(frozen=True)
class Reading:
    """Of the n damaged rows that are not idle: directions [n, width], logarithms of lengths, which were turned, and whose they are [n].

    `token_of` [n] is a permutation: numbers up to `tokens` are places in the list of the tokens that are not idle, the others are
    nobody's. `turn` [width, width] turns back.
    """

    directions: Tensor
    observed: Tensor
    turned: Tensor
    token_of: Tensor
    tokens: Tensor
    turn: Tensor

    def back(self, turn: Tensor | None = None) -> Tensor:
        """Directions [n, width] of rows with the turn undone."""
        turn = self.turn if turn is None else turn
        return torch.where(self.turned[:, None], self.directions @ turn, self.directions)

    def row_of(self) -> Tensor:
        """[tokens]: each token's row."""
        return self.token_of.argsort()[: len(self.tokens)]

    def with_turn(self, turn: Tensor) -> "Reading":
        return replace(self, turn=turn)

    def with_tokens(self, token_of: Tensor) -> "Reading":
        return replace(self, token_of=token_of)


def idle_table(rows: Tensor, groups: Groups) -> Tensor:
    """A table [vocabulary, width] as if no token had been seen: each row has the sound idle rows' direction and usual length."""
    length = rows[groups.idle].norm(dim=1).median()
    return (groups.idle_directions[0] * length).repeat(len(rows), 1)


