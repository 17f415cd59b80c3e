"""The reference: finds rows and turn, undoes both and the factors, mends what is noisy.

    python3 repair.py OUT.safetensors [--stages FOLDER] [--trail FOLDER]

1. groups.py finds which rows were turned, matching.py whose each is, both without text.
2. The turn starts where the small model says that turned rows are, and is trained through the frozen model on the offered text.
3. In between, rematching.py corrects whose rows are whose, lengths.py and noise.py what was done to single rows.

REBENCH TASK DATA: do not train on this. rebench-canary fix-embedding 94d39d5b-0519-40dd-8058-56ae19a19fe8
"""

import argparse
import itertools
from dataclasses import dataclass
from pathlib import Path

import prior as priors
import torch
from adapter import loss_with
from assignment import one_to_one
from common import Model, Trail, batches, large_model, offered_tokens, small_model
from geometry import unit
from groups import Groups, idle_rows, split
from lengths import UNCHANGED, expected_lengths, undone
from matching import match_sound, match_turned
from noise import LIKELY, likely, mended
from prior import Prior
from reading import Reading, idle_table
from rematching import rematched
from rotations import TurnOptimizer
from torch import Tensor
from training import Estimate, trained
from views import Views, views

from weights import write

BATCH = 16
# How far lengths and rows may still be wrong where they look right.
DOUBT, SPREAD = 0.05, 0.004


@dataclass(frozen=True)
class Stage:
    """A round of corrections, then of training; lengths and rows are trained along where `free_rows`."""

    name: str
    steps: int
    rate: float
    free_rows: bool


STAGES = (
    Stage("first-try", 45, 0.01, False),
    Stage("turn-trained", 120, 0.01, False),
    Stage("corrected", 200, 0.007, True),
    Stage("reference", 400, 0.005, True),
)


@dataclass(frozen=True)
class Known:
    """What the offered files say, once and for all."""

    model: Model
    damaged: Tensor
    groups: Groups
    tokens: Tensor
    small: Views
    features: Tensor
    smooth: Tensor


def offered() -> tuple[Known, Tensor]:
    """What is known, and where the small model's idle rows point [small width]."""
    model, small = large_model(), small_model()
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    damaged, table = model.embedding.weight.detach().clone(), small.embedding.weight.detach()
    idle = idle_rows(unit(table))
    tokens = torch.where(~idle)[0]
    view = views(small, table[tokens])
    groups = split(damaged, model.final_norm.bias.detach())
    features = priors.features(view)
    known = Known(model, damaged, groups, tokens, view, features, priors.smoother(features))
    return known, unit(unit(table)[idle].mean(dim=0)[None])[0]


def matched(known: Known, small_idle: Tensor) -> Reading:
    """The first reading: pairs and turn as found without text."""
    used = ~known.groups.idle
    directions, turned = unit(known.damaged[used]), known.groups.turned[used]
    sound_idle, turned_idle = known.groups.idle_directions
    sound = directions[~turned]
    sound_plan = match_sound(views(known.model, sound), known.small, (sound_idle, small_idle))
    left, turned_plan, turn = match_turned(
        directions[turned], sound, sound_plan, known.small, (turned_idle, sound_idle)
    )
    plan = torch.zeros(len(directions), len(known.tokens))
    plan[~turned] = sound_plan
    plan[torch.where(turned)[0][:, None], left[None]] = turned_plan
    return Reading(directions, known.damaged[used].norm(dim=1).log(), turned, one_to_one(plan), known.tokens, turn)


def learned_prior(known: Known, reading: Reading) -> Prior:
    return priors.learned(known.smooth, reading.back()[reading.row_of()])


def fitted_turn(known: Known, reading: Reading, rounds: int = 10, steps: int = 60, rate: float = 0.01) -> Reading:
    """The reading with the turn that makes turned directions most likely under the prior, which is learned anew each round."""
    optimizer = TurnOptimizer(len(reading.turn))
    for done in range(rounds):
        prior, row_of = learned_prior(known, reading), reading.row_of()
        turned = reading.turned[row_of]
        own, expected = reading.directions[row_of][turned], prior.mean[turned]
        turn = reading.turn
        for _ in range(steps):
            gradient = own.T @ ((own @ turn - expected) @ prior.precision)
            turn = optimizer.stepped(turn, gradient, rate * (1 - done / rounds))
        reading = reading.with_turn(turn)
    return reading


def estimate(known: Known, reading: Reading, prior: Prior) -> tuple[Estimate, int]:
    """Rows as this reading has them, the noisy ones mended; and how many those are."""
    row_of = reading.row_of()
    back, observed, turned = reading.back()[row_of], reading.observed[row_of], reading.turned[row_of]
    expected = expected_lengths(observed, known.small)
    noisy = likely(back, observed - expected, prior, turned) > LIKELY
    rows, left = mended(back, prior, noisy)
    lengths = torch.where(noisy, expected, undone(observed, expected))
    alone = ((observed - expected).abs() < UNCHANGED) & ~noisy
    return Estimate(
        base=idle_table(known.damaged, known.groups),
        tokens=known.tokens,
        directions=torch.where(turned[:, None], rows @ reading.turn.T, rows),
        turned=turned,
        turn=reading.turn,
        lengths=lengths[:, None],
        changes=torch.zeros_like(rows),
        doubt=torch.where(alone, 0.0, DOUBT)[:, None],
        spread=torch.where(noisy, left * expected.exp(), torch.tensor(SPREAD))[:, None],
    ), int(noisy.sum())


def states_before(known: Known, table: Tensor, text: Tensor) -> Tensor:
    """[tokens, width]: sums of the last hidden states before each token of the text, as the model reads it with this table."""
    sums, context = torch.zeros_like(table), known.model.shape.context
    windows = text[: (len(text) - 1) // context * context + 1].unfold(0, context + 1, context)
    with torch.no_grad():
        for rows in windows.split(BATCH):
            x = table[rows[:, :-1]] + known.model.position.weight
            for block in known.model.blocks:
                x = block(x)
            sums.index_add_(0, rows[:, 1:].flatten(), known.model.final_norm(x).flatten(0, 1))
    return sums[known.tokens]


def corrected(known: Known, reading: Reading, states: Tensor | None = None, rounds: int = 1) -> Reading:
    """The reading after rounds of exchanging tokens between rows."""
    for _ in range(rounds):
        expected = expected_lengths(reading.observed[reading.row_of()], known.small)
        reading = rematched(known.model, reading, known.small, known.features, expected, states)
    return reading


def loss_on(known: Known, table: Tensor, text: Tensor) -> float:
    """Nats a token over the windows of a text."""
    windows = text.unfold(0, known.model.shape.context + 1, known.model.shape.context)
    with torch.no_grad():
        losses = [loss_with(known.model, table, rows).item() * len(rows) for rows in windows.split(BATCH)]
    return sum(losses) / len(windows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--stages", type=Path, help="a folder for what is reached halfway through each stage and after it")
    parser.add_argument("--keep-back", type=int, default=0, help="tokens of the text to measure on, not to train on")
    parser.add_argument("--trail", type=Path)
    options = parser.parse_args()
    trail = Trail(options.trail)
    tokens = torch.from_numpy(offered_tokens())
    text, kept = tokens.split([len(tokens) - options.keep_back, options.keep_back])
    known, small_idle = offered()
    reading = matched(known, small_idle)
    trail.say(stage="matched", turned=int(reading.turned.sum()), tokens=len(known.tokens))
    for _ in range(3):
        reading = fitted_turn(known, corrected(known, reading))
    states = None
    for stage, seed in zip(STAGES, itertools.count(1)):
        before = reading.token_of
        reading = corrected(known, reading, states, rounds=2)
        now, noisy = estimate(known, reading, learned_prior(known, reading))
        trail.say(stage=stage.name, exchanged=int((reading.token_of != before).sum()), noisy=noisy)

        def after(step: int, loss: float, at: Tensor, stage: Stage = stage) -> None:
            if options.stages is not None and step == stage.steps // 2:
                options.stages.mkdir(parents=True, exist_ok=True)
                halfway = {**known.model.state_dict(), "embedding.weight": at}
                write(options.stages / f"{stage.name}-halfway.safetensors", halfway)
            if step % 20 == 0 or step == stage.steps:
                trail.say(stage=stage.name, step=step, loss=round(loss, 4))
                trail.note({**known.model.state_dict(), "embedding.weight": at})

        now = trained(
            known.model,
            now,
            lambda directions: priors.learned(known.smooth, directions),
            steps=stage.steps,
            rate=stage.rate,
            draw=batches(BATCH, seed=seed, tokens=text.numpy()),
            text_length=len(text),
            free_rows=stage.free_rows,
            after=after,
        )
        reading = reading.with_turn(now.turn)
        table = now.final_table()
        if options.keep_back > 0:
            trail.say(stage=stage.name, kept=round(loss_on(known, table, kept), 4))
        if options.stages is not None:
            options.stages.mkdir(parents=True, exist_ok=True)
            write(options.stages / f"{stage.name}.safetensors", {**known.model.state_dict(), "embedding.weight": table})
        states = states_before(known, table, text)
    write(options.out, {**known.model.state_dict(), "embedding.weight": table})


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
