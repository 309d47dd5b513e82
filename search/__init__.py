"""What proposes programs: grammar, typed operators and strategies. Nothing here trains, scores or touches a store.

Problems
    Problem                                 what is asked for: a type, the words, examples, objectives, bounds, a seed
    ProblemError                            a problem that cannot be searched
Strategies
    find_strategies()                       all strategies by name
    make_strategy(name, problem, options)   one of them on a problem
    AbstractStrategy                        what every strategy promises: ask, tell, replay
    Proposal, Feedback                      a program that is proposed, and what came of it
    Option                                  an option of a strategy with its default and bounds
    StrategyError                           an unknown strategy or option, or a log of another search
Programs
    Grammar(problem)                        typed random programs, and how likely each is
    Draws                                   the random numbers of one ask: a function of the seed and its number
"""

from __future__ import annotations

from typing import Any

from primitives.lazy import Facade

_FACADE = Facade(
    __name__,
    {
        "generation.grammar": ("Grammar",),
        "problem": ("Problem", "ProblemError"),
        "randomness": ("Draws",),
        "strategies": ("find_strategies", "make_strategy"),
        "strategy": ("AbstractStrategy", "Feedback", "Option", "Proposal", "StrategyError"),
    },
)
__all__ = _FACADE.names


def __getattr__(name: str) -> Any:
    return _FACADE.get(name)
