"""Fits the fitted words of a program, innermost first, before anything of it is trained (docs/fitted_words.md).

One pass over the train part: at each fitted site the values of the word's argument are at hand, the word is fitted to them and to the
targets, and the pass goes on with what it then says of them. Where another word is fitted to what it says (a stack), that is said of each
case by a fit that has not seen it (Wolpert 1992), and the site keeps the arrays of a fit to all cases. What is trained beside fitted words
takes the same of them, batch by batch.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from primitives.brief import plural
from primitives.compile.program import Program
from primitives.fitted.cases import Fitted, Fitting, FittingCases, FittingRefused
from primitives.fitted.stacks import fitted_sites, independent_sites, stacked_sites
from primitives.fitted.threads import fitting_threads
from primitives.primitive import Primitive
from primitives.types import TensorType, arguments_of

from ..tasks.cases.folds import Folds, folds_by
from ..tasks.cases.keys import CaseKeys
from ..tasks.data import ProblemData
from ..tasks.metrics import CLASSES, NUMBERS
from . import batches
from .forward import evaluation_mode
from .trainer import Unsuitable

FOLDS = 5


class WordFit(NamedTuple):
    """What fitting comes to: whether nothing was cut short by the time, and what the program says of the train part as it is fitted, None
    where it has nothing to fit."""

    complete: bool
    outputs: batches.Batch | None = None


def fit_words(
    program: Program, data: ProblemData, *, seed: int = 0, seconds: float | None = None, folds: Folds | None = None
) -> WordFit:
    """Fit the sites of fitted words in ``program`` to ``data.train``, within about ``seconds``.

    With ``folds`` of its cases all supervised words say of each case what a fit says that has not seen its fold, so that the outputs are
    those of a cross validation: exactly for a word alone, and of a stack as nearly as its outer word's fits go by inner ones which have not
    seen their own case (van der Laan, Polley and Hubbard 2007). The sites keep the arrays of one more fit, to all cases.

    Sites of shared subroutines keep their arrays. The same seed and no bound of time give the same arrays. Raises Unsuitable where the
    task's targets are neither classes nor numbers, a word's ``units`` are not the target's, or a word stands where it does not see
    each case once.
    """
    words = fitted_sites(program.term, program.words)
    wanted = {site: word for site, word in words.items() if "@" not in site and site not in program.frozen}
    if not wanted:
        return WordFit(True)
    trained = {name.rpartition(".")[0] for name, parameter in program.named_parameters() if parameter.requires_grad}
    beside = independent_sites(program.term, program.words, trained) if trained else frozenset()
    stacked = stacked_sites(program.term, program.words)
    observer = _Observer(program, wanted, _cases(data, seed), data.train.keys, stacked, beside, seconds, folds)
    inputs, _ = batches.part_batch(data, data.train)
    device = next((tensor.device for tensor in program.live().values()), torch.device("cpu"))
    program.observer = observer
    try:
        threads = fitting_threads(len(data.train) * _width(inputs), torch.get_num_threads())
        with evaluation_mode(program), torch.no_grad(), threadpool_limits(threads):
            outputs = program(*(batches.move(batch, device) for batch in inputs))
    finally:
        program.observer = None
    missed = [site for site in wanted if site not in observer.done]
    if missed:
        name = wanted[missed[0]].name
        raise Unsuitable(
            f"word={name!r} @{missed[0]}: it was not reached by the cases as one batch; use it outside of branches and loops"
        )
    program.unseen = observer.unseen
    return WordFit(observer.complete, outputs)


def _width(inputs: batches.Inputs) -> int:
    """How many numbers a case has."""
    return sum(x[0].numel() for x in inputs if isinstance(x, torch.Tensor) and len(x))


@contextmanager
def unseen_values(program: torch.nn.Module, rows: torch.Tensor) -> Iterator[None]:
    """In the body the program is run on the train cases ``rows`` (int64 [m]) and takes of its fitted words what fits say of these that have
    not seen them; otherwise a training would believe words that know its targets."""
    if not isinstance(program, Program) or not program.unseen:
        yield
        return

    def say(site: str, x: torch.Tensor) -> torch.Tensor | None:
        said = program.unseen.get(site)
        if said is None or len(x) != len(rows):
            return None
        return said.index_select(0, rows.to(said.device)).to(x.device)

    program.observer = say
    try:
        yield
    finally:
        program.observer = None


def _cases(data: ProblemData, seed: int) -> FittingCases:
    """The targets of the train part, yet without inputs."""
    y = data.train.targets
    if data.target not in (CLASSES, NUMBERS) or not isinstance(y, np.ndarray):
        raise Unsuitable(
            f"task={data.name!r}: fitted words need classes or numbers as targets; use words that are trained"
        )
    empty = np.zeros((len(y), 0), dtype=np.float32)
    if data.target == NUMBERS:
        numbers = np.asarray(y, dtype=np.float64).reshape(len(y), -1)
        return FittingCases(empty, numbers, None, seed, weights=data.train.weights)
    result = arguments_of(data.type)[1]
    if not isinstance(result, TensorType) or not isinstance(result.shape[-1], int):
        raise Unsuitable(f"type={data.type}: fitted words need a program that gives a tensor of scores")
    classes = np.asarray(y, dtype=np.int64)
    weights = data.train.weights
    if data.class_weights:
        of_class = np.array(data.class_weights)[classes]
        weights = of_class if weights is None else of_class * weights
    return FittingCases(empty, classes, result.shape[-1], seed, weights=weights)


@dataclass
class _Observer:
    """Fits each site the first time that the pass comes to it."""

    program: Program
    words: Mapping[str, Primitive]
    cases: FittingCases
    keys: CaseKeys | None
    stacked: frozenset[str]
    beside: frozenset[str]
    seconds: float | None
    folds: Folds | None
    unseen: dict[str, torch.Tensor] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    complete: bool = True
    started: float = field(default_factory=time.monotonic)

    def __call__(self, site: str, x: batches.Batch) -> torch.Tensor | None:
        if site in self.done or site not in self.words:
            return None
        word, settings = self.words[site], self.program.sites[site].settings
        fitting = word.fitted
        assert fitting is not None
        if not isinstance(x, torch.Tensor):
            raise Unsuitable(
                f"word={word.name!r} @{site}: its input is no tensor for some or all cases; give it what has a value for each"
            )
        if len(x) != len(self.cases):
            raise Unsuitable(
                f"word={word.name!r} @{site}: it got {plural(len(x), 'row')} for {plural(len(self.cases), 'case')}; use it outside of "
                "branches and loops"
            )
        if fitting.supervised and settings.get("units", self.cases.width) != self.cases.width:
            raise Unsuitable(
                f"word={word.name!r} @{site}: units={settings['units']} is not the target's width; needed units={self.cases.width}"
            )
        seed = int(hashlib.sha256(f"{self.cases.seed}/{site}".encode()).hexdigest()[:8], 16)
        rows = x.detach().to("cpu", torch.float32).numpy()
        if not np.isfinite(rows).all():
            raise Unsuitable(
                f"word={word.name!r} @{site}: its input has values that are not finite; bound them before it"
            )
        cases = replace(self.cases, x=np.ascontiguousarray(rows), seed=seed)
        folds = self._folds(site, fitting, cases)
        rounds = () if folds is None else folds.rounds()
        cases = replace(cases, seconds=self._share(1 + len(rounds)))
        outside = self._out_of_fold(word, settings, cases, rounds) if rounds else None
        self._fill(site, self._fit(fitting, cases, settings))
        self.done.add(site)
        if outside is None:
            return None
        if site in self.beside:
            self.unseen[site] = outside
        return outside.to(x.device)

    def _folds(self, site: str, fitting: Fitting, cases: FittingCases) -> Folds | None:
        """The folds by which the word says of each case what it says without having seen it; None where it may have seen it."""
        if self.folds is not None and fitting.supervised:
            return self.folds
        return _drawn_folds(cases, self.keys) if site in self.stacked | self.beside and len(cases) > 1 else None

    def _share(self, fits: int) -> float | None:
        """The time for one of the fits at this site, all sites that are left having the same."""
        if self.seconds is None:
            return None
        left = max(0.0, self.seconds - (time.monotonic() - self.started))
        return left / (len(self.words) - len(self.done)) / fits

    def _fit(self, fitting: Fitting, cases: FittingCases, settings: Mapping[str, object]) -> Fitted:
        try:
            found = fitting.fit(cases, **settings)
        except FittingRefused as refused:
            raise Unsuitable(str(refused)) from None
        self.complete = self.complete and found.complete
        return found

    def _out_of_fold(
        self,
        word: Primitive,
        settings: Mapping[str, object],
        cases: FittingCases,
        rounds: Sequence[tuple[np.ndarray, np.ndarray]],
    ) -> torch.Tensor:
        """What the word says of each case when fitted to those that may be known in the round which holds it out."""
        assert word.fitted is not None
        outside: torch.Tensor | None = None
        for known, rows in rounds:
            found = self._fit(word.fitted, cases.take(known), settings)
            said = _said(word, settings, found, cases.x[rows])
            outside = torch.zeros(len(cases), *said.shape[1:]) if outside is None else outside
            outside[torch.from_numpy(rows)] = said
        assert outside is not None, "there are rounds"
        return outside

    def _fill(self, site: str, found: Fitted) -> None:
        self.program.load({f"{site}.{name}": _tensor(array) for name, array in found.arrays.items()})


def _said(word: Primitive, settings: Mapping[str, object], found: Fitted, x: np.ndarray) -> torch.Tensor:
    """What the word, fitted so, says of the rows."""
    tensors = {name: _tensor(array) for name, array in found.arrays.items()}
    said = word.meaning(torch.from_numpy(np.ascontiguousarray(x)), **settings, **tensors)
    assert isinstance(said, torch.Tensor)
    return said


def _drawn_folds(cases: FittingCases, keys: CaseKeys | None) -> Folds:
    """Folds by the groups or the times of the cases; where there are none, or one group, at random, each class spread evenly."""
    rng = np.random.Generator(np.random.PCG64(cases.seed))
    found = None if keys is None else folds_by(keys, FOLDS, rng)
    if found is not None:
        return found
    order = rng.permutation(len(cases))
    if cases.classes is not None:
        order = order[np.argsort(cases.y[order], kind="stable")]
    fold = np.empty(len(cases), dtype=np.int64)
    fold[order] = np.arange(len(cases)) % min(FOLDS, len(cases))
    return Folds(fold)


def _tensor(array: np.ndarray) -> torch.Tensor:
    kind = np.float32 if array.dtype.kind == "f" else np.int32
    return torch.from_numpy(np.array(array, dtype=kind))
