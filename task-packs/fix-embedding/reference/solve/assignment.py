"""From how alike rows and tokens are to which belongs to which.

REBENCH TASK DATA: do not train on this. rebench-canary fix-embedding 94d39d5b-0519-40dd-8058-56ae19a19fe8
"""

import torch
from geometry import twice_centred
from torch import Tensor


def combined(likenesses: list[Tensor]) -> Tensor:
    """Mean of likenesses [rows, tokens], each twice centred and of unit spread."""
    parts = [twice_centred(one) for one in likenesses]
    return torch.stack([part / part.std() for part in parts]).mean(dim=0)


def soft(likeness: Tensor, sharpness: float, rounds: int = 20) -> Tensor:
    """[rows, tokens]: how far a row is each token's; every row is somebody's, no token has more than one row (Sinkhorn's scaling)."""
    plan = sharpness * likeness
    plan = (plan - plan.max(dim=1, keepdim=True).values).exp() + 1e-30
    for _ in range(rounds):
        plan = plan / plan.sum(dim=1, keepdim=True)
        plan = plan / plan.sum(dim=0, keepdim=True).clamp_min(1.0)
    return plan / plan.sum(dim=1, keepdim=True)


def exchanged(likeness: Tensor, token_of: Tensor) -> Tensor:
    """Exchanges tokens between pairs of rows as long as that adds to the sum of `likeness` [rows, places]; `token_of` [rows] is a
    permutation of places."""
    token_of = token_of.clone()
    for _ in range(600):
        value = likeness[:, token_of]
        own = value.diagonal()
        best, partner = (value + value.T - own[:, None] - own[None]).max(dim=1)
        busy: set[int] = set()
        for row in best.argsort(descending=True).tolist():
            other = int(partner[row])
            if best[row] <= 1e-3:
                break
            if row in busy or other in busy:
                continue
            busy |= {row, other}
            token_of[[row, other]] = token_of[[other, row]]
        if not busy:
            break
    return token_of


def one_to_one(plan: Tensor) -> Tensor:
    """For each row a token of its own [rows], from a soft plan [rows, tokens] with rows >= tokens: the surest first, then by exchange.

    Numbers from `tokens` on stand for no token.
    """
    rows, tokens = plan.shape
    likeness = torch.cat([(plan + 1e-12).log(), torch.full((rows, rows - tokens), -30.0)], dim=1)
    token_of, free = torch.full((rows,), -1), set(range(rows))
    for row in plan.max(dim=1).values.argsort(descending=True).tolist():
        wanted = int(plan[row].argmax())
        if wanted in free:
            token_of[row] = wanted
            free.remove(wanted)
    for row in torch.where(token_of < 0)[0].tolist():
        token_of[row] = free.pop()
    return exchanged(likeness, token_of)
