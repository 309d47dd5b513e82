"""Bayesian optimisation by Optuna's tree-structured Parzen estimator (Bergstra et al. 2011; Watanabe 2023).

Over the settings of a given structure, or define-by-run over the grammar: every choice of a derivation is a categorical parameter named by
its place. Optuna's study lives in memory and holds a window of what was told (the best and the latest), so that an ask costs the same
after 10,000 trials as after 300; its sampler is seeded anew for each ask.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

from library.records import Direction
from primitives.inference import IllTyped, infer
from primitives.primitive import Setting
from primitives.syntax import parse
from primitives.term import Term, Word, map_words
from primitives.values import Value

from ..generation import sites
from ..generation.candidates import Seen, fresh, sample
from ..generation.choosing import DeadEnd, Place
from ..generation.grammar import Grammar
from ..problem import Problem
from ..randomness import Draws
from ..strategy import AbstractStrategy, Feedback, Option, Proposal, StrategyError

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.samplers import BaseSampler
    from optuna.storages import BaseStorage
    from optuna.study import Study
    from optuna.trial import FrozenTrial

Parameters = dict[str, tuple[object, "BaseDistribution"]]
"""Name to (value, Optuna distribution) of what was chosen."""


class Memory:
    """A window of evaluated parameter choices as an Optuna study."""

    def __init__(self, direction: Direction, window: int) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.optuna, self.window = optuna, window
        self.direction = direction
        self.trials: list[tuple[int, FrozenTrial]] = []
        self.storage, self.study = self._study()

    def _study(self) -> tuple[BaseStorage, Study]:
        storage = self.optuna.storages.InMemoryStorage()
        return storage, self.optuna.create_study(
            storage=storage, study_name="window", direction=self.direction.american
        )

    def view(self) -> Study:
        """The study as of now: a study object keeps the trials that it saw first."""
        return self.optuna.load_study(study_name="window", storage=self.storage)

    def add(self, number: int, parameters: Parameters, value: float) -> None:
        """Note an evaluated choice; every ``window`` additions the study is rebuilt from the best and the latest half-windows."""
        trial = self.optuna.trial.create_trial(
            params={name: value for name, (value, _) in parameters.items()},
            distributions={name: distribution for name, (_, distribution) in parameters.items()},
            value=value,
        )
        self.trials.append((number, trial))
        self.study.add_trial(trial)
        if len(self.trials) >= 2 * self.window:
            half = self.window // 2
            latest, older = self.trials[-half:], self.trials[:-half]
            sign = -self.direction.sign
            kept = sorted(older, key=lambda pair: (sign * pair[1].values[0], pair[0]))[: self.window - half]
            self.trials = sorted([*kept, *latest], key=lambda pair: pair[0])
            self.storage, self.study = self._study()
            self.study.add_trials([trial for _, trial in self.trials])

    def sampler(self, draws: Draws) -> BaseSampler:
        """A sampler for one ask. RUNNING trials do not occur: choices enter the study when they are told."""
        return self.optuna.samplers.TPESampler(
            n_startup_trials=0, seed=draws.integers(2**31), constant_liar=False, multivariate=True
        )

    def trial(self) -> FrozenTrial:
        """The trial for which the sampler is asked."""
        state = self.optuna.trial.TrialState.RUNNING
        return self.optuna.trial.FrozenTrial(-1, state, None, None, None, {}, {}, {}, {}, {}, 0, values=None)

    def distribution(self, setting: Setting) -> BaseDistribution | None:
        """Optuna's distribution of a setting's range; None where it has none."""
        made = self.optuna.distributions
        if setting.choices:
            return made.CategoricalDistribution(setting.choices)
        if setting.low is None or setting.high is None:
            return None
        if isinstance(setting.default, int):
            return made.IntDistribution(int(setting.low), int(setting.high), log=setting.log)
        return made.FloatDistribution(setting.low, setting.high, log=setting.log)

    def draw(self, distribution: BaseDistribution, draws: Draws) -> Value:
        """A value at random."""
        sampler = self.optuna.samplers.RandomSampler(seed=draws.integers(2**31))
        return sampler.sample_independent(self.study, self.trial(), "", distribution)


class ModelChooser:
    """Makes the choices of a derivation by the model where it knows enough of the place, else at random; records them."""

    def __init__(self, memory: Memory, draws: Draws, known: dict[str, int], trust: int, explore: float) -> None:
        self.memory, self.draws, self.known, self.trust, self.explore = memory, draws, known, trust, explore
        self.parameters: Parameters = {}
        self._sampler: BaseSampler | None = None
        self._view: Study | None = None

    def pick(self, place: Place, labels: Sequence[str], cumulative: Sequence[float]) -> int:
        """An index by the model or by weight."""
        if len(labels) == 1:
            return 0
        mark = blake2b("\0".join(labels).encode(), digest_size=4).hexdigest()
        name = f"{'.'.join(map(str, place))}#{mark}"
        distribution = self.memory.optuna.distributions.CategoricalDistribution(list(range(len(labels))))
        return self._choose(name, distribution, lambda: self.draws.weighted(cumulative))

    def fraction(self, place: Place) -> float:
        """How a budget is divided is left to chance."""
        return self.draws.random()

    def value(self, place: Place, word: str, setting: Setting) -> object:
        """A setting's value."""
        distribution = self.memory.distribution(setting)
        if distribution is None:
            return setting.default
        name = f"{'.'.join(map(str, place))}:{word}.{setting.name}"
        return self._choose(name, distribution, lambda: setting.sample(self.draws))

    def _choose(self, name: str, distribution: BaseDistribution, chance: Callable[[], Value]) -> Value:
        if name in self.parameters:
            return self.parameters[name][0]
        if self.known.get(name, 0) < self.trust or self.draws.random() < self.explore:
            value = chance()
        else:
            if self._sampler is None:
                self._sampler, self._view = self.memory.sampler(self.draws), self.memory.view()
            value = self._sampler.sample_independent(self._view, self.memory.trial(), name, distribution)
        self.parameters[name] = (value, distribution)
        return value


class BayesianSearch(AbstractStrategy):
    """TPE over the settings of ``structure`` (program text), or over the derivations of the grammar where none is given."""

    name = "bayesian"
    OPTIONS = (
        Option("structure", "", "program whose settings are tuned; empty: structure is searched as well"),
        Option("startup", 20, "random proposals before the model is used", low=1),
        Option("window", 120, "evaluations that the model looks at: the best and the latest", low=10),
        Option("trust", 8, "times that a choice must have been seen before the model makes it", low=1),
        Option("explore", 0.1, "probability that a choice is made at random all the same", low=0.0, high=1.0),
        Option("batch", 4, "asks that may be outstanding in deterministic mode", low=1),
    )

    def __init__(self, problem: Problem, options: dict | None = None) -> None:
        super().__init__(problem, options)
        self.batch = self.options["batch"]
        self.score, direction = problem.objectives[0]
        self.memory = Memory(Direction(direction), self.options["window"])
        self.seen = Seen(self.starts)
        self.chosen: dict[int, Parameters] = {}
        self.known: dict[str, int] = {}
        if self.options["structure"] and problem.space is not None:
            raise StrategyError("strategy='bayesian': option structure and a space are given; needed one of them")
        self.structure = self._structure() if self.options["structure"] else None
        self.grammar = Grammar(problem)
        self.space = self._space() if self.structure is not None else {}
        if self.structure is not None and not self.space:
            raise StrategyError("strategy='bayesian': structure has no setting with a range; nothing is left to tune")

    def _structure(self) -> Term:
        try:
            term = parse(self.options["structure"], self.problem.words)
            infer(term, self.problem.runnable, self.problem.type)
        except (IllTyped, ValueError) as error:
            raise StrategyError(f"strategy='bayesian': option structure is no program of the task: {error}") from None
        return sites.number(term)[0]

    def _space(self) -> dict[str, BaseDistribution]:
        """The parameters of the structure with their distributions, by place and setting.

        A word that shares its site with another shares its settings. A setting of which no other value fits (the width of the result)
        is none.
        """
        found: dict[str, tuple[Setting, object]] = {}

        def note(name: str, word: Word, setting: Setting) -> object:
            found[name] = (setting, dict(word.settings)[setting.name])
            return None

        assert self.structure is not None
        self._fill(self.structure, note)
        space = {name: self.memory.distribution(setting) for name, (setting, _) in found.items()}
        return {name: d for name, d in space.items() if d is not None and self._free(name, *found[name])}

    def _free(self, name: str, setting: Setting, present: object) -> bool:
        """Whether the structure stays a program of its type with some other value of one setting."""
        draws = Draws(0)
        others = [c for c in setting.choices if c != present] or [setting.sample(draws) for _ in range(6)]
        return any(other != present and self._fits(self._with({name: other})) for other in others)

    def _with(self, values: Mapping[str, object]) -> Term:
        assert self.structure is not None
        return self._fill(self.structure, lambda name, word, setting: values.get(name))

    def _fits(self, term: Term) -> bool:
        try:
            found = infer(term, self.problem.runnable, self.problem.type)
        except IllTyped:
            return False
        return not self.problem.excess(found)

    def _fill(self, term: Term, choose: Callable[[str, Word, Setting], object]) -> Term:
        """The structure with each setting that ``choose(name, word, setting)`` gives a value for."""
        place = 0

        def change(word: Word) -> Term:
            nonlocal place
            place += 1
            primitive = self.problem.words[word.name]
            settings = []
            for setting, (key, old) in zip(primitive.settings, word.settings):
                name = f"{'@' + word.site if word.site else place}:{word.name}.{key}"
                new = choose(name, word, self.problem.setting(word.name, setting))
                settings.append((key, old if new is None else new))
            return Word(word.name, tuple(settings), word.site)

        return map_words(term, change)

    def propose(self, number: int, draws: Draws) -> Proposal | None:
        """The program of ask ``number``: random at the start, then by the model; always one not proposed before."""
        self.grammar.deadline = self.deadline
        make = self._settings if self.structure is not None else self._derivation
        for attempt in range(60):
            try:
                term, parameters = make(draws, attempt, number)
            except DeadEnd:
                continue
            if self.seen.add(term):
                self.chosen[number] = parameters
                return Proposal(term, info={"operator": "model" if number >= self.options["startup"] else "sample"})
        if self.structure is not None:
            return None
        term_ = fresh(lambda: sample(self.grammar, draws), self.seen, 200)
        return None if term_ is None else Proposal(term_, info={"operator": "sample"})

    def _settings(self, draws: Draws, attempt: int, number: int) -> tuple[Term, Parameters]:
        """The structure with other settings, drawn jointly by the model; refused if they do not fit together."""
        values: dict[str, Value] = {}
        if number or attempt:
            if len(self.memory.trials) >= self.options["startup"] and attempt < 20:
                values = self.memory.sampler(draws).sample_relative(self.memory.view(), self.memory.trial(), self.space)
            for name in self.space:
                if name not in values:
                    values[name] = self.memory.draw(self.space[name], draws)
        term = self._with(values)
        if not self._fits(term):
            raise DeadEnd("the settings do not fit together")
        return term, {name: (value, self.space[name]) for name, value in values.items()}

    def _derivation(self, draws: Draws, attempt: int, number: int) -> tuple[Term, Parameters]:
        """A derivation of the grammar, its choices made by the model once enough has been told."""
        ready = len(self.memory.trials) >= self.options["startup"] and attempt < 20
        trust = self.options["trust"] if ready else 1 << 60
        chooser = ModelChooser(self.memory, draws, self.known, trust, self.options["explore"])
        # In a space a choice has one name; a chooser gives the same answer twice, so each try has one of its own.
        return sample(self.grammar, chooser, attempts=5 if self.problem.space is None else 1), chooser.parameters

    def parents(self) -> tuple[int, ...]:
        """None: each program begins anew."""
        return ()

    def learn(self, proposal: Proposal, feedback: Feedback) -> None:
        """Note the scores of the choices made; a proposal without scores teaches nothing."""
        parameters = self.chosen.pop(proposal.number, None)
        value = feedback.scores.get(self.score, math.nan)
        if not parameters or not math.isfinite(value):
            return
        for name in parameters:
            self.known[name] = self.known.get(name, 0) + 1
        self.memory.add(proposal.number, parameters, value)
