"""A supernet: programs that share their weights by place, so that many are told apart by few trainings (Bender et al. 2018; Guo et al.
2020, single path one-shot, uniform sampling).

There is no net that holds all others. The shared weights are a pool, a table from a *place* to the site of a program that was evaluated,
(ask, site). The place of a site in a program is

    (its word, the types of its arguments, the shapes of its weights, how many such sites are evaluated before it)

so that programs of one layout share what stands at one size of picture, and nothing is cut or grown: what is shared fits as it is.
Sites within a subroutine that is used fresh belong to that of its use; one that is shared, or whose buffers' shapes a fit decides, has
its weights from elsewhere and no place.

1. *Paths*: the first ``paths`` asks (the problem's starts among them) are drawn from the grammar, one independent of the other, with
   ``inherit`` from the pool; the study trains each for as long as any candidate that explores (``schedule.epochs``). Told of a training
   that came to weights, the pool takes all places of the program from it.
2. *Ranking*: ``ranked`` asks more are drawn, each new in this list, but it may have been a path; of ``attempts`` draws the first is taken
   whose places the pool has all, or that has most. They are ``untrained``: scored on the validation part with what they inherit.
3. Then the space counts as exhausted, so that a study trains the best from new weights (its refinement), as it does where time is over.

The pool is a function of the asks and tells, so a search is resumed by replay; ``parents`` are the asks that it names, so their weights
stay. With several workers a path starts from the pool as it is when it is asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping

from primitives.definitions import expand
from primitives.inference import Inference, infer
from primitives.primitive import Primitive
from primitives.term import Term
from primitives.types import Type, has_tensor
from primitives.values import Outcome

from ..generation.candidates import Seen, fresh, sample
from ..generation.grammar import Grammar
from ..problem import Problem
from ..randomness import Draws
from ..strategy import UNTRAINED, AbstractStrategy, Feedback, Option, Proposal

Place = Hashable


class SupernetSearch(AbstractStrategy):
    """Trains random programs on weights that they share, ranks others by what these give without training, and leaves the best to be
    trained alone. Whether it ranks as training does is for ``experiments.benchmarks.supernet`` to say."""

    name = "supernet"
    OPTIONS = (
        Option("paths", 200, "programs trained on shared weights before any is ranked", low=1),
        Option("ranked", 400, "programs ranked by shared weights after that", low=1),
        Option("attempts", 100, "draws for a program all of whose weights are shared", low=1),
        Option("batch", 1, "asks that may be outstanding in deterministic mode", low=1),
    )

    def __init__(self, problem: Problem, options: dict | None = None) -> None:
        super().__init__(problem, options)
        self.batch = self.options["batch"]
        self.grammar = Grammar(problem)
        self.listed = Seen()
        self.shares = has_tensor(problem.type)
        self.pool: dict[Place, tuple[int, str]] = {}

    def propose(self, number: int, draws: Draws) -> Proposal | None:
        """A path while there are to be more of them, then a program to be ranked."""
        self.grammar.deadline = self.deadline
        paths = max(self.options["paths"], len(self.starts))
        if number < paths:
            term = fresh(lambda: sample(self.grammar, draws), Seen(), self.options["attempts"])
            return None if term is None else Proposal(term, info={"operator": "path", "inherit": self.shared(term)[0]})
        return None if number >= paths + self.options["ranked"] else self._ranked(draws)

    def _ranked(self, draws: Draws) -> Proposal | None:
        found: tuple[float, Term, dict[str, tuple[int, str]]] | None = None
        for _ in range(self.options["attempts"]):
            term = fresh(lambda: sample(self.grammar, draws), self.listed, 1)
            if term is None:
                continue
            inherit, share = self.shared(term)
            if found is None or share > found[0]:
                found = share, term, inherit
            if share >= 1.0:
                break
        if found is None:
            return None
        return Proposal(found[1], info={"operator": "shared", "inherit": found[2], UNTRAINED: True})

    def shared(self, term: Term) -> tuple[dict[str, tuple[int, str]], float]:
        """What of the pool a program has: by site the ask and the site there, and the share of its places that this is (1 of none, or as
        long as nothing is shared).

        term: with numbered sites.
        """
        wanted = places(term, self.problem.words, self.problem.type) if self.pool else {}
        found = {site: self.pool[place] for site, place in wanted.items() if place in self.pool}
        return found, len(found) / len(wanted) if wanted else 1.0

    def parents(self) -> set[int]:
        """The asks whose weights the pool shares."""
        return {ask for ask, _ in self.pool.values()}

    def learn(self, proposal: Proposal, feedback: Feedback) -> None:
        """The pool takes the weights of a path."""
        if feedback.outcome != Outcome.OK or not feedback.weights or UNTRAINED in proposal.info or not self.shares:
            return
        for site, place in places(proposal.term, self.problem.words, self.problem.type).items():
            self.pool[place] = proposal.number, site


def places(term: Term, words: Mapping[str, Primitive], type: Type) -> dict[str, Place]:
    """The place of each site of a program that has one (see above), in the order of evaluation.

    term: with numbered sites.
    words: what its words mean.
    type: of the program.

    Raises IllTyped.
    """
    inference = infer(expand(term, words), words, type)
    grouped: dict[str, list[tuple[str, Place]]] = defaultdict(list)
    own = {site for site, its in inference.sites.items() if any(each.is_free for each in its.buffers.values())}
    for site in _in_order(inference):
        use, _, within = site.partition(".")
        if "@" not in site and site not in own:
            its = inference.sites[site]
            shapes = tuple(sorted((name, each.shape) for name, each in {**its.parameters, **its.buffers}.items()))
            grouped[use].append((within, (its.word, tuple(map(str, its.argument_types)), shapes)))
    before: dict[Place, int] = defaultdict(int)
    found: dict[str, Place] = {}
    for use, parts in grouped.items():
        kind = tuple(parts)
        found[use] = kind, before[kind]
        before[kind] += 1
    return found


def _in_order(inference: Inference) -> list[str]:
    """The sites in the order in which they are evaluated first."""
    layers = (word.site for word, _, _ in inference.layers)
    return [site for site in dict.fromkeys(layers) if site is not None and site in inference.sites]
