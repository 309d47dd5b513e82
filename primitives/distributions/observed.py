"""What a random output says of the outputs that were seen: the logarithm of their probability, or the error to expect; and what it answers:
its likeliest value, or the probabilities of classes."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from ..batch import Objects, Ragged
from ..compile.batches import Batch, owners
from ..compile.forward_pass import ForwardPass
from ..values import Failure, Value
from .chains import Chain
from .chance import Chance, Mixture, is_random, plain_values
from .lifting import Lifting
from .support import told_apart

LEAST = 1e-30
"""The least probability whose logarithm is told apart from that of none."""


def log_likelihood(lifting: Lifting, run: ForwardPass, output: Batch, seen: Sequence[Value]) -> torch.Tensor:
    """The logarithm of the probability that the output of each case is the value that was seen, [batch]; log(1e-30) where it cannot be."""
    if isinstance(output, Chance):
        places = [output.support.place.get(told_apart(value), -1) for value in seen]
        index = torch.tensor(places, device=output.p.device)
        p = output.p.gather(1, index.clamp(min=0).unsqueeze(1)).squeeze(1)
        return _log(torch.where(index >= 0, p, torch.zeros_like(p)))
    if isinstance(output, Mixture):
        parts = [log_likelihood(lifting, run, branch, seen) for branch in output.branches]
        return torch.logsumexp(_log(output.weights) + torch.stack(parts, 1), 1)
    if isinstance(output, Chain):
        return output.log_likelihood(seen)
    if isinstance(output, tuple) and is_random(output):
        return sum(log_likelihood(lifting, run, part, [value[at] for value in seen]) for at, part in enumerate(output))  # type: ignore[return-value]
    if isinstance(output, Ragged) and is_random(output):
        return _of_lists(lifting, run, output, seen)
    if is_random(output):
        return log_likelihood(lifting, run, lifting.flatten(run, output), seen)
    found = plain_values(output, run.size)
    same = [told_apart(a) == told_apart(b) for a, b in zip(found, seen, strict=True)]
    return _log(torch.tensor(same, dtype=torch.float32, device=run.device))


def _of_lists(lifting: Lifting, run: ForwardPass, output: Ragged, seen: Sequence[Value]) -> torch.Tensor:
    """Of lists of independent elements: that of all elements, where the lengths are those that were seen."""
    lengths = output.lengths.tolist()
    right = [len(value) == length for value, length in zip(seen, lengths, strict=True)]
    wanted = [
        value[at] if fits else None
        for value, length, fits in zip(seen, lengths, right, strict=True)
        for at in range(length)
    ]
    total = len(wanted)
    none = _log(torch.zeros((), device=run.device))
    if not total:
        return torch.where(torch.tensor(right, device=run.device), torch.zeros_like(none), none)
    each = log_likelihood(lifting, run.at(total), output.values, wanted)
    whole = each.new_zeros(run.size).index_add(0, owners(output.lengths).to(each.device), each)
    return torch.where(torch.tensor(right, device=each.device), whole, none)


def expected_error(lifting: Lifting, run: ForwardPass, output: Batch, seen: torch.Tensor) -> torch.Tensor:
    """The mean distance of the number that each case gives to the one that was seen, [batch]; where it fails it counts as none."""
    chance = lifting.flatten(run, output)
    numbers = [value if isinstance(value, (int, float)) else None for value in chance.support.values]
    known = torch.tensor([number is not None for number in numbers], device=chance.p.device)
    values = torch.tensor([float(number or 0) for number in numbers], device=chance.p.device)
    off = (values.unsqueeze(0) - seen.to(values).unsqueeze(1)).abs() * known
    return (chance.p * off).sum(1)


def _log(p: torch.Tensor) -> torch.Tensor:
    return p.clamp_min(LEAST).log()


def likeliest_values(lifting: Lifting, run: ForwardPass, batch: Batch) -> Batch:
    """The likeliest value of each case, a failure only where there is nothing else; of lists and pairs of independent parts that of each
    part. Raises NotFinite, TooManyWorlds.

    lifting: what the values may be merged by.
    run: the pass in which the batch was made.
    batch: of any kind.
    """
    if not is_random(batch):
        return batch
    if isinstance(batch, tuple):
        return tuple(likeliest_values(lifting, run, part) for part in batch)
    if isinstance(batch, Ragged):
        total = int(batch.lengths.sum())
        return Ragged(likeliest_values(lifting, run.at(total), batch.values), batch.lengths) if total else batch
    chance = lifting.flatten(run, batch)
    failed = [isinstance(value, Failure) for value in chance.support.values]
    p = chance.p - 2.0 * torch.tensor(failed, dtype=chance.p.dtype, device=chance.p.device)
    return Objects([chance.support.values[at] for at in p.argmax(1).tolist()])


def class_probabilities(chance: Chance, classes: int) -> torch.Tensor:
    """The probabilities [n, classes] that each case has of each class, given that it has one; all alike where it has none.

    chance: of whole numbers.
    classes: how many there are, from 0 on.
    """
    places = [chance.support.place.get(number, -1) for number in range(classes)]
    index = torch.tensor(places, device=chance.p.device)
    p = chance.p[:, index.clamp(min=0)] * (index >= 0) + LEAST
    return p / p.sum(1, keepdim=True)
