"""Finds which damaged row belongs to which token, without text: the two tables agree on which rows are alike.

1. Each row is described by its sorted cosines with all other rows. Neither order nor length of rows matters to that, and rows of one
   token in two models have similar descriptions: a first, poor matching.
2. From a matching follows a linear map between the tables (a singular value decomposition of the cross-covariance), and from the map a
   better matching. At first only a random tenth of the likenesses counts each time, so that early mistakes do not settle.
   (Artetxe, Labaka and Agirre, 2018, do this with dictionaries.)
"""

import numpy
import torch
from common import Trail
from torch import Tensor


def unit(rows: Tensor) -> Tensor:
    return rows / rows.norm(dim=1, keepdim=True).clamp_min(1e-8)


def centred(rows: Tensor) -> Tensor:
    """Directions of rows [vocabulary, width], without what all have in common."""
    directions = unit(rows)
    return unit(directions - directions.mean(dim=0))


def descriptions(rows: Tensor) -> Tensor:
    """[vocabulary, vocabulary]: each row's sorted likenesses."""
    ordered = (rows @ rows.T).sort(dim=1).values
    return unit(ordered - ordered.mean(dim=0))


def without_hubs(likeness: Tensor, neighbours: int = 10) -> Tensor:
    """Likenesses less what each side's nearest neighbours have on average, so that no row is everybody's nearest."""
    rows = likeness.topk(neighbours, dim=1).values.mean(dim=1, keepdim=True)
    columns = likeness.topk(neighbours, dim=0).values.mean(dim=0, keepdim=True)
    return 2 * likeness - rows - columns


def likeness_through(left: Tensor, right: Tensor, pairs: tuple[Tensor, Tensor]) -> Tensor:
    """Likeness [vocabulary, vocabulary] in the directions that both tables share, given pairs of rows."""
    to_left, strength, to_right = torch.linalg.svd(left[pairs[0]].T @ right[pairs[1]], full_matrices=False)
    return unit(left @ to_left * strength.sqrt()) @ unit(right @ to_right.T * strength.sqrt()).T


def one_to_one(likeness: Tensor, temperature: float = 0.05, rounds: int = 100) -> Tensor:
    """For each row of `likeness` [n, n] a column of its own: Sinkhorn's scaling, then the surest pairs first."""
    plan = likeness / temperature
    for _ in range(rounds):
        plan = plan - plan.logsumexp(dim=1, keepdim=True)
        plan = plan - plan.logsumexp(dim=0, keepdim=True)
    count = len(plan)
    column_of, taken = numpy.full(count, -1), numpy.zeros(count, dtype=bool)
    for place in plan.flatten().argsort(descending=True).numpy():
        row, column = divmod(int(place), count)
        if column_of[row] < 0 and not taken[column]:
            column_of[row], taken[column] = column, True
            if taken.all():
                break
    return torch.from_numpy(column_of)


def match(small: Tensor, damaged: Tensor, trail: Trail) -> tuple[Tensor, Tensor]:
    """For each token the damaged row that is its own [vocabulary], and how sure that is: likeness of the pair, 1 at most."""
    left, right = centred(small), centred(damaged)
    generator = torch.Generator().manual_seed(1)
    everything = torch.arange(len(left))
    likeness = descriptions(left) @ descriptions(right).T
    considered, best, stalled, turn = 0.1, 0.0, 0, 0
    while True:
        turn += 1
        scores = without_hubs(likeness)
        dropped = torch.rand(scores.shape, generator=generator) >= considered
        scores = scores.masked_fill(dropped, -9.0)
        pairs = (torch.cat([everything, scores.argmax(dim=0)]), torch.cat([scores.argmax(dim=1), everything]))
        likeness = likeness_through(left, right, pairs)
        nearest = likeness.max(dim=1).values.mean().item()
        stalled = 0 if nearest > best + 1e-4 else stalled + 1
        best = max(best, nearest)
        if turn % 10 == 0:
            trail.say(stage="match", turn=turn, considered=considered, nearest=round(nearest, 4))
        if stalled >= 5:
            if considered >= 1:
                break
            considered, stalled = min(1.0, 2 * considered), 0
    found = one_to_one(without_hubs(likeness))
    for _ in range(2):
        likeness = likeness_through(left, right, (everything, found))
        found = one_to_one(without_hubs(likeness))
    return found, likeness[everything, found]
