"""Corrects which row is whose once all rows can be read: by all views, lengths, and what text says of each exchange.

REBENCH TASK DATA: do not train on this. rebench-canary fix-embedding 94d39d5b-0519-40dd-8058-56ae19a19fe8
"""

import torch
from common import Model
from assignment import combined, exchanged
from geometry import centred, correlation, ridge, unit
from lengths import log_density
from reading import Reading
from torch import Tensor
from views import Views, views

# What views count beside log-densities, and what the text does.
VIEWS, TEXT = 6.0, 0.4


def predicted(inputs: Tensor, targets: Tensor, token_of: Tensor, owned: Tensor, penalty: float) -> Tensor:
    """Cosines [rows, tokens] of targets with their prediction from tokens, fitted to the pairs so far."""
    linear = ridge(inputs[token_of[owned]], targets[owned], penalty)
    return targets @ unit(inputs @ linear).T


def rematched(
    model: Model, reading: Reading, small: Views, features: Tensor, expected: Tensor, states: Tensor | None = None
) -> Reading:
    """The reading after exchanges of tokens between rows.

    `features` [tokens, ...] is what the prior uses, `expected` [tokens] logarithms of lengths. `states` [tokens, width] are sums of the
    last hidden states before each token in a text: their products with rows say how a text's log-likelihood changes.
    """
    directions, token_of = reading.back(), reading.token_of
    owned = token_of < len(reading.tokens)
    large = views(model, directions)
    row_of = reading.row_of()
    rows, hidden = centred(directions), centred(large.states)
    parts = [
        predicted(centred(small.rows), rows, token_of, owned, 0.03),
        predicted(centred(small.states), hidden, token_of, owned, 0.03),
        predicted(features, rows, token_of, owned, 0.3),
        correlation(large.follows[:, row_of], small.follows),
        correlation(large.follows.T[:, row_of], small.follows.T),
    ]
    likeness = VIEWS * combined(parts) + log_density(reading.observed[:, None] - expected[None])
    if states is not None:
        likeness = likeness + TEXT * directions @ (states * expected.exp()[:, None]).T
    nobody = torch.zeros(len(likeness), len(likeness) - likeness.shape[1])
    return reading.with_tokens(exchanged(torch.cat([likeness, nobody], dim=1), token_of))
