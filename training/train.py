"""Trains the reader: `python -m training.train --out DIR --rows N [--hours H] [--seed 0] [--resume]`.

Given the data and the seed the order of rows is fixed, so that a resumed run sees what an unbroken one would. Knows
nothing of files to ship: `training.export` makes those.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from training.data import Window, open_tokenizer
from training.evaluate import collate, default_data, measure
from training.export import trained_weights
from training.mixture import iterate_batches, load_sources
from training.model import ReaderModel, base_folder, loss_of, mask_outside, open_model

WARM_UP = 0.03
DECAY = 0.998
SAMPLE = (300, 600)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run was asked for. Rates are peaks; the run ends at `rows` or `hours`, whichever comes first.

    `start` is where a further pass begins: an earlier run's checkpoint (its averaged weights) or an exported reader.
    """

    out: Path
    data: Path
    start: Path | None
    rows: int
    hours: float
    seed: int
    batch: int
    rate: float
    head_rate: float
    dropout: float
    checkpoint_minutes: float
    evaluate_minutes: float


@dataclass(slots=True)
class Progress:
    """Where a run stands; `seconds` are spent over all its parts, evaluations included."""

    rows: int = 0
    steps: int = 0
    seconds: float = 0.0
    losses: list[float] = field(default_factory=list)


def rate_at(done: float) -> float:
    """Share of the peak rate when the share `done` (0 to 1) of the plan is done: linear up, then linear down to 0."""
    return min(done / WARM_UP, (1 - done) / (1 - WARM_UP)) if done < 1 else 0.0


def share_done(progress: Progress, plan: Plan) -> float:
    """Share of the plan that is done, by rows or by time, whichever is further."""
    return max(progress.rows / plan.rows, progress.seconds / (3600 * plan.hours))


class Trainer:
    """A model with its optimiser and the moving average of its weights, which is what is measured and exported."""

    def __init__(self, plan: Plan) -> None:
        torch.manual_seed(plan.seed)
        self.plan = plan
        self.progress = Progress()
        self.model = open_model(base_folder(), plan.dropout)
        if plan.start is not None:
            self.model.load_state_dict(trained_weights(plan.start), strict=False)
        self.names = [name for name, weight in self.model.named_parameters() if weight.requires_grad]
        self.weights: list[Tensor] = [weight for weight in self.model.parameters() if weight.requires_grad]
        self.average = [weight.detach().clone() for weight in self.weights]
        self.optimiser = torch.optim.AdamW(_groups(self.model, plan), weight_decay=0.01, fused=True)

    def step(self, windows: list[Window]) -> float:
        """One update from a batch; gives its loss."""
        self.model.train()
        share = rate_at(share_done(self.progress, self.plan))
        for group in self.optimiser.param_groups:
            group["lr"] = share * group["peak"]
        ids, mask, types = collate([one.ids for one in windows], [one.types.index(1) for one in windows])
        start, end = self.model(ids, mask, types)
        starts, ends = torch.tensor([[one.start, one.end] for one in windows]).unbind(1)
        loss = loss_of(mask_outside(start, types), mask_outside(end, types), starts, ends)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(self.weights, 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad()
        self.progress.rows += len(windows)
        self.progress.steps += 1
        # The average follows closely at first, when the weights of the first steps are worth little.
        decay = min(DECAY, (1 + self.progress.steps) / (10 + self.progress.steps))
        with torch.no_grad():
            torch._foreach_lerp_(self.average, self.weights, 1 - decay)
        return float(loss.detach())

    def averaged(self) -> dict[str, Tensor]:
        """The averaged weights by name, without the frozen word embeddings."""
        return dict(zip(self.names, self.average, strict=True))

    def save(self) -> None:
        """Writes the checkpoint; a broken write leaves the last one."""
        state = {
            "model": {name: weight.detach() for name, weight in zip(self.names, self.weights, strict=True)},
            "average": self.averaged(),
            "optimiser": self.optimiser.state_dict(),
            "progress": [self.progress.rows, self.progress.steps, self.progress.seconds],
            "seed": self.plan.seed,
            "batch": self.plan.batch,
        }
        part = self.plan.out / "checkpoint.part"
        torch.save(state, part)
        part.replace(self.plan.out / "checkpoint.pt")

    def load(self) -> None:
        """Takes up the checkpoint of the run's folder.

        Raises:
            SystemExit: it was made with another seed or batch size, so the order of rows would not go on.
        """
        state = torch.load(self.plan.out / "checkpoint.pt", weights_only=True)
        if (state["seed"], state["batch"]) != (self.plan.seed, self.plan.batch):
            raise SystemExit(f"The checkpoint has seed {state['seed']} and batch {state['batch']}: resume with those.")
        self.model.load_state_dict(state["model"], strict=False)
        self.average = [state["average"][name] for name in self.names]
        peaks = [group["peak"] for group in self.optimiser.param_groups]
        self.optimiser.load_state_dict(state["optimiser"])
        for group, peak in zip(self.optimiser.param_groups, peaks, strict=True):
            group["peak"] = peak
        self.progress.rows, self.progress.steps, self.progress.seconds = state["progress"]

    def evaluate(self, tokenizer: Any, sample: tuple[int, int] | None) -> dict[str, float]:
        """Figures of the averaged weights on the development sets."""
        kept = [weight.detach().clone() for weight in self.weights]
        with torch.no_grad():
            torch._foreach_copy_(self.weights, self.average)
            figures = measure(self.model, tokenizer, self.plan.data, sample)
            torch._foreach_copy_(self.weights, kept)
        return figures


def _groups(model: ReaderModel, plan: Plan) -> list[dict[str, Any]]:
    """Parameter groups: the head learns faster; biases and layer norms are not decayed."""
    groups: dict[tuple[float, float], list[Tensor]] = {}
    for name, weight in model.named_parameters():
        if weight.requires_grad:
            peak = plan.head_rate if name.startswith("head") else plan.rate
            groups.setdefault((peak, 0.01 if weight.ndim > 1 else 0.0), []).append(weight)
    return [
        {"params": weights, "lr": 0.0, "peak": peak, "weight_decay": decay} for (peak, decay), weights in groups.items()
    ]


def train(plan: Plan, *, resume: bool) -> None:
    """Runs the plan to its end, or goes on with the run in its folder; writes log.jsonl and checkpoint.pt there."""
    tokenizer = open_tokenizer(base_folder())
    trainer = Trainer(plan)
    if resume:
        trainer.load()
    sources = load_sources(plan.data, tokenizer, plan.seed)
    _log(plan, {"event": "start", "sources": {name: len(rows) for name, rows in sources.items()}, **_state(trainer)})
    _loop(trainer, tokenizer, iterate_batches(sources, plan.batch, plan.seed, skip=trainer.progress.steps))
    trainer.save()
    _log(plan, {"event": "end", **_state(trainer), **trainer.evaluate(tokenizer, None)})


def _loop(trainer: Trainer, tokenizer: Any, batches: Iterator[list[Window]]) -> None:
    plan, progress = trainer.plan, trainer.progress
    begun = time.monotonic() - progress.seconds
    saved = evaluated = progress.seconds
    mark = (progress.rows, progress.seconds)
    while share_done(progress, plan) < 1:
        progress.losses.append(trainer.step(next(batches)))
        progress.seconds = time.monotonic() - begun
        if progress.steps % 100 == 0:
            speed = (progress.rows - mark[0]) / (progress.seconds - mark[1])
            mean = sum(progress.losses) / len(progress.losses)
            _log(plan, {"event": "step", **_state(trainer), "loss": round(mean, 4), "rows_a_second": round(speed, 2)})
            progress.losses.clear()
            mark = (progress.rows, progress.seconds)
        if progress.seconds - saved > 60 * plan.checkpoint_minutes:
            trainer.save()
            saved = progress.seconds
        if progress.seconds - evaluated > 60 * plan.evaluate_minutes:
            _log(plan, {"event": "evaluation", **_state(trainer), **trainer.evaluate(tokenizer, SAMPLE)})
            progress.seconds = time.monotonic() - begun
            evaluated = progress.seconds
            mark = (progress.rows, progress.seconds)


def _state(trainer: Trainer) -> dict[str, Any]:
    done = share_done(trainer.progress, trainer.plan)
    return {
        "steps": trainer.progress.steps,
        "rows": trainer.progress.rows,
        "minutes": round(trainer.progress.seconds / 60, 1),
        "share_done": round(done, 4),
        "rate": round(rate_at(done) * trainer.plan.rate, 8),
    }


def _log(plan: Plan, record: dict[str, Any]) -> None:
    line = json.dumps({"at": time.strftime("%H:%M:%S", time.gmtime()), **record})
    with (plan.out / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    print(line, flush=True)


def main() -> None:
    """Reads the command line and trains."""
    parser = argparse.ArgumentParser(description="Train the reader on the question sets.")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoint.pt and log.jsonl")
    parser.add_argument("--data", type=Path, help="folder of the question sets (default: beside the checkout)")
    parser.add_argument("--start", type=Path, help="checkpoint or ONNX file to go on from with a new plan")
    parser.add_argument("--rows", type=int, default=60_000, help="rows that the plan ends with")
    parser.add_argument("--hours", type=float, default=1000.0, help="time, over all parts, that the plan ends with")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--head-rate", type=float, default=1e-3)
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--checkpoint-minutes", type=float, default=5)
    parser.add_argument("--evaluate-minutes", type=float, default=12)
    parser.add_argument("--resume", action="store_true", help="go on with the run in --out; other --rows are allowed")
    arguments = vars(parser.parse_args())
    resume = arguments.pop("resume")
    plan = Plan(**{**arguments, "data": arguments["data"] or default_data()})
    plan.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(2)
    train(plan, resume=resume)


if __name__ == "__main__":
    main()
