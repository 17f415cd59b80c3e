"""Finds which damaged row belongs to which token, without text: both models agree on which tokens are alike and which follow which.

Rows that are sound speak for themselves: the large model reads them, so all views compare. Of the turned rows only how alike they are
to one another is known; they are compared with where the sound rows' relation to the small model puts the tokens that are left.
Both start from a description of each row by itself, and then go to and fro between maps from one model to the other and pairs.

REBENCH TASK DATA: do not train on this. rebench-canary fix-embedding 94d39d5b-0519-40dd-8058-56ae19a19fe8
"""

import torch
from assignment import combined, soft
from geometry import centred, correlation, normal_scores, ridge, rotation, unit
from torch import Tensor
from views import Views

QUANTILES = torch.tensor([0.0, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 1.0])
# A pair this sure counts as found.
SURE = 0.7


def quantiles(matrix: Tensor) -> Tensor:
    """[rows, QUANTILES] of each row's values."""
    return torch.quantile(matrix, QUANTILES, dim=1).T


def likenesses(rows: Tensor) -> Tensor:
    """Cosines [rows, rows] between centred rows, none with itself."""
    cosines = centred(rows) @ centred(rows).T
    cosines.fill_diagonal_(0)
    return cosines


def description(view: Views, idle_direction: Tensor) -> Tensor:
    """[tokens, features], normal scores: what can be said of each token without knowing any other by name."""
    follows, preceded = unit(view.follows), unit(view.follows.T)
    single = [view.share, unit(view.rows) @ idle_direction, view.follows.diagonal(), (follows * preceded).sum(dim=1)]
    many = [view.follows, view.follows.T, likenesses(view.rows), likenesses(view.states)]
    return normal_scores(torch.cat([torch.stack(single, dim=1), *map(quantiles, many)], dim=1))


def first_likeness(left: Tensor, right: Tensor) -> Tensor:
    """[rows, tokens] from descriptions: nearness after whitening; share of text and the idle direction count more."""
    both = torch.cat([left, right])
    values, vectors = torch.linalg.eigh(both.T @ both / len(both) + 0.3 * torch.eye(both.shape[1]))
    whitening = vectors * values.rsqrt()
    near = -(torch.cdist(left @ whitening, right @ whitening) ** 2) - 3 * torch.cdist(left[:, :2], right[:, :2]) ** 2
    return near / near.std()


def mapped(plan: Tensor, inputs: Tensor, targets: Tensor, penalty: float = 0.03) -> Tensor:
    """Cosines [rows, tokens] of targets with what a linear map makes of inputs, fitted to soft pairs."""
    linear = ridge(plan @ inputs, targets, penalty, plan.max(dim=1).values)
    return targets @ unit(inputs @ linear).T


def match_sound(large: Views, small: Views, idle: tuple[Tensor, Tensor]) -> Tensor:
    """Plan [rows, tokens] for sound rows; `idle` is where idle rows of both models point."""
    first = first_likeness(description(large, idle[0]), description(small, idle[1]))
    plan = soft(first, 3.0, rounds=40)
    pairs = [(centred(small.rows), centred(large.rows)), (centred(small.states), centred(large.states))]
    for turn in range(60):
        parts = [mapped(plan, inputs, targets) for inputs, targets in pairs]
        parts.append(correlation(large.follows, small.follows @ plan.T))
        parts.append(correlation(large.follows.T, small.follows.T @ plan.T))
        likeness = combined(parts) + max(0.0, 0.4 * (1 - turn / 30)) * first
        plan = soft(likeness, 2 + 5 * min(1, turn / 40))
    return plan


def shape_description(directions: Tensor, idle_direction: Tensor) -> Tensor:
    """[rows, features], normal scores: of directions of which only their relations to one another are known."""
    mean = directions.mean(dim=0)
    along = directions @ idle_direction
    cosines = likenesses(directions)
    single = [along, directions @ unit(mean[None])[0], (directions - mean).norm(dim=1), (cosines * (along - along.mean())).mean(dim=1)]
    single += [(cosines**2 * (along - along.mean())).mean(dim=1), (cosines**2).mean(dim=1), (cosines**3).mean(dim=1)]
    nearest, farthest = along[cosines.topk(10, dim=1).indices], along[(-cosines).topk(10, dim=1).indices]
    single += [nearest.mean(dim=1), nearest.std(dim=1), farthest.mean(dim=1)]
    many = [cosines, cosines @ cosines]
    return normal_scores(torch.cat([torch.stack(single, dim=1), *map(quantiles, many)], dim=1))


def match_turned(
    turned: Tensor, sound: Tensor, sound_plan: Tensor, small: Views, idle: tuple[Tensor, Tensor]
) -> tuple[Tensor, Tensor, Tensor]:
    """For turned directions [rows, width]: the tokens that are left [tokens], a plan [rows, those], and the turn [width, width] back.

    `sound` [sound rows, width] are directions; `idle` is where turned and sound idle rows point.
    """
    sure = sound_plan.max(dim=1).values > SURE
    token_of = sound_plan.argmax(dim=1)[sure]
    left = torch.ones(len(small.rows), dtype=torch.bool)
    left[token_of] = False
    rows, states = unit(small.rows), centred(small.states)
    rows = rows - rows.mean(dim=0)
    features = torch.cat([rows / rows.std(), states / states.std(), torch.ones(len(rows), 1)], dim=1)
    expected = unit(features @ ridge(features[token_of], sound[sure], 0.05))

    # What descriptions of expected rows are worth, the sound ones tell: there the truth is known.
    seen, guessed = shape_description(sound[sure], idle[1]), shape_description(expected[token_of], idle[1])
    relation = ridge(guessed, seen, 0.1)
    rest = seen - guessed @ relation
    values, vectors = torch.linalg.eigh(rest.T @ rest / len(rest) + 0.05 * torch.eye(rest.shape[1]))
    whitening = vectors * values.rsqrt()
    own = shape_description(turned, idle[0]) @ whitening
    candidates = shape_description(expected[left], idle[1]) @ relation @ whitening
    first = -(torch.cdist(own, candidates) ** 2) / 2
    plan = soft(first, 0.5, rounds=40)
    first = (first - first.mean()) / first.std()

    targets, source = centred(turned), centred(expected[left])
    inputs = [centred(features[left][:, : rows.shape[1]]), centred(features[left][:, rows.shape[1] : -1])]
    alike, alike_source = targets @ targets.T, source @ source.T
    for turn in range(80):
        sureness = plan.max(dim=1).values.sqrt()
        there = rotation((plan @ source) * sureness[:, None], targets)
        parts = [mapped(plan, one, targets) for one in inputs]
        parts += [targets @ (source @ there).T, correlation(alike, alike_source @ plan.T)]
        likeness = combined(parts) + max(0.0, 0.4 * (1 - turn / 40)) * first
        plan = soft(likeness, 2 + 5 * min(1, turn / 50))
    paired = plan.max(dim=1).values > SURE
    found = expected[left][plan.argmax(dim=1)[paired]]
    back = rotation(torch.cat([turned[paired], 15 * idle[0][None]]), torch.cat([found, 15 * idle[1][None]]))
    return torch.where(left)[0], plan, back
