"""Trains what is uncertain about a reading through the frozen model: the turn, lengths, and a little each row.

REBENCH TASK DATA: do not train on this. rebench-canary fix-embedding 94d39d5b-0519-40dd-8058-56ae19a19fe8
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from common import Model
from adapter import loss_with
from prior import Prior
from rotations import TurnOptimizer, orthogonal
from torch import Tensor


DECAY, SECOND_DECAY, AVERAGED = 0.9, 0.98, 0.95
# Steps after which the prior is learned anew.
RENEWED = 10
# Rates of logarithms of lengths and of row changes, in units of their spreads.
RATE_OF_LENGTHS, RATE_OF_ROWS = 0.06, 0.06


@dataclass(frozen=True)
class Estimate:
    """Rows [tokens, width] = directions, turned back where `turned`, times exp(lengths) plus changes; in `base` [vocabulary, width] for
    the rest.

    `doubt` [tokens, 1] and `spread` [tokens, 1] say how far lengths' logarithms and rows' values may be wrong; 0 is not at all.
    """

    base: Tensor
    tokens: Tensor
    directions: Tensor
    turned: Tensor
    turn: Tensor
    lengths: Tensor
    changes: Tensor
    doubt: Tensor
    spread: Tensor

    def back(self, turn: Tensor) -> Tensor:
        """Directions [tokens, width] with this turn undone."""
        return torch.where(self.turned[:, None], self.directions @ turn, self.directions)

    def table(self, turn: Tensor, longer: Tensor, changes: Tensor) -> Tensor:
        """[vocabulary, width] with another turn, lengths times exp(longer) and other changes."""
        return self.base.index_put((self.tokens,), self.back(turn) * (self.lengths + longer).exp() + changes)

    def final_table(self) -> Tensor:
        return self.table(self.turn, torch.zeros_like(self.lengths), self.changes)


class Adam:
    """Adam on a value whose deviations from its start have a spread; steps are in units of it."""

    def __init__(self, value: Tensor, spread: Tensor):
        self.spread = spread
        self.mean, self.square = torch.zeros_like(value), torch.zeros_like(value)

    def step(self, gradient: Tensor, rate: float, step: int) -> Tensor:
        scaled = gradient * self.spread
        self.mean = DECAY * self.mean + (1 - DECAY) * scaled
        self.square = SECOND_DECAY * self.square + (1 - SECOND_DECAY) * scaled**2
        # Rows that the text hardly has stay where they are: what is added is small beside a usual gradient only.
        least = self.square.mean().sqrt() * 0.3 + 1e-12
        return -rate * self.spread * (self.mean / (1 - DECAY**step)) / ((self.square / (1 - SECOND_DECAY**step)).sqrt() + least)


def trained(
    model: Model,
    estimate: Estimate,
    prior_of: Callable[[Tensor], Prior],
    *,
    steps: int,
    rate: float,
    draw: Callable[[], Tensor],
    text_length: int,
    free_rows: bool,
    after: Callable[[int, float, Tensor], None] = lambda step, loss, table: None,
) -> Estimate:
    """The estimate after `steps` batches; the rate falls as a cosine. The last steps' turns, lengths and changes are averaged.

    The turned directions' prior counts as the text does, as one log-likelihood. `prior_of` makes it from directions [tokens, width],
    anew as these change: the turned ones are part of what it is learned from.
    """
    turned = estimate.turned
    own = estimate.directions[turned]
    turn, longer, changes = estimate.turn, torch.zeros_like(estimate.lengths), estimate.changes
    optimizer = TurnOptimizer(len(turn))
    of_lengths, of_rows = Adam(longer, estimate.doubt), Adam(changes, estimate.spread)
    averages = (turn, longer, changes)
    for step in range(1, steps + 1):
        share = 0.02 + 0.98 * 0.5 * (1 + torch.cos(torch.tensor(torch.pi * step / steps)).item())
        at = [value.clone().requires_grad_(True) for value in (turn, longer, changes)]
        loss = loss_with(model, estimate.table(*at), draw())
        loss.backward()
        if (step - 1) % RENEWED == 0:
            prior = prior_of(estimate.back(turn))
        away = own @ turn - prior.mean[turned]
        turn = optimizer.stepped(turn, at[0].grad + own.T @ (away @ prior.precision) / text_length, share * rate)
        if free_rows:
            # Only what is not certain moves; a certain value's spread is 0, and so is its step.
            pull = longer / estimate.doubt.clamp_min(1e-6) ** 2 / text_length
            longer = longer + of_lengths.step(at[1].grad + pull, share * RATE_OF_LENGTHS, step)
            pull = changes / estimate.spread.clamp_min(1e-6) ** 2 / text_length
            changes = changes + of_rows.step(at[2].grad + pull, share * RATE_OF_ROWS, step)
        averages = tuple(AVERAGED * old + (1 - AVERAGED) * new for old, new in zip(averages, (turn, longer, changes)))
        after(step, loss.item(), estimate.table(orthogonal(averages[0]), averages[1], averages[2]))
    return replace(
        estimate, turn=orthogonal(averages[0]), lengths=estimate.lengths + averages[1], changes=averages[2]
    )
