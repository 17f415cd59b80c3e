"""What a model says about tokens by themselves: views in which tokens of two models can be compared.

A model reads a single token at the first position; its last hidden state and the odds of what follows are the views beside the row.

REBENCH TASK DATA: do not train on this. rebench-canary fix-embedding 94d39d5b-0519-40dd-8058-56ae19a19fe8
"""

from dataclasses import dataclass

import torch
from common import Model
from geometry import twice_centred
from torch import Tensor



@dataclass(frozen=True)
class Views:
    """Of n tokens: rows [n, width], states [n, width], log-odds of what follows [n, n], twice centred, and their share of text [n]."""

    rows: Tensor
    states: Tensor
    follows: Tensor
    share: Tensor


def views(model: Model, rows: Tensor) -> Views:
    """Views of the tokens with these rows [n, width], as if there were no others."""
    with torch.no_grad():
        x = rows[:, None] + model.position.weight[:1]
        for block in model.blocks:
            x = block(x)
        states = model.final_norm(x)[:, 0]
        log_odds = torch.log_softmax(states @ rows.T, dim=1)
        odds, share = log_odds.exp(), torch.full((len(rows),), 1 / len(rows))
        for _ in range(30):
            share = share @ odds
    return Views(rows, states, twice_centred(log_odds), share)
