"""What the subcommands that grow a library share: saying how it goes on the way, how it ended, and how to go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import typer

from primitives.brief import plural

from ..growth.grow import Begun, Growth, Iteration, Listeners
from ..interruption import exit_code, orderly_end
from ..plugins import plugin_options
from ..progress import progress_bar
from ..study.opening import Result
from .common import json_lines, library_option, print_growth, print_table, print_text, refusal, say


def run_growth(
    grow: Callable[[Listeners], Growth], library: str | None, json: str | None, growth_log: str | None = None
) -> None:
    """Run a growth and say what it comes to.

    grow: runs it and tells the listeners.
    library: the library as the command line names it.
    json: the file for one JSON object a task, ``-`` for standard output, None for none.
    growth_log: the file for one JSON object an iteration.

    Raises typer.Exit where SIGINT, SIGTERM or SIGHUP end it, having said how to go on, and at the end where tasks were refused.
    """
    begun: list[Begun] = []
    with json_lines(json) as write, json_lines(growth_log, "growth-log") as log, progress_bar("grow") as progress:

        def begin(one: Begun) -> None:
            begun.append(one)
            if one.searched and json != "-":
                print_text(
                    f"going on with growth {one.run}, iteration {one.iteration} of {one.iterations}: "
                    f"{one.searched:,} of its {plural(one.tasks, 'task')} searched so far"
                )

        def note(result: Result) -> None:
            write(result.to_dict())
            if json != "-":
                say(result, alone=False)

        try:
            with orderly_end():
                growth = grow(Listeners(progress, begin, note, lambda one: log(one.to_dict())))
        except KeyboardInterrupt as signal:
            _say_how_to_go_on(begun, library)
            raise typer.Exit(exit_code(signal)) from None
        for reason in growth.refused:
            write(refusal(reason))
    if json != "-":
        _say_growth(growth)
    if growth.refused:
        raise typer.Exit(1)


def _say_how_to_go_on(begun: Sequence[Begun], library: str | None) -> None:
    if not begun:
        print_text("automl: interrupted before the growth began", err=True)
        return
    where = library_option(library) + plugin_options()
    print_text(
        f"automl: interrupted; everything found is in the library; go on with the same command, or with: "
        f"automl runs resume {begun[0].run}{where}",
        err=True,
    )


def _say_growth(growth: Growth) -> None:
    """What a growth came to, for people."""
    print_growth(growth.results)
    _print_iterations(growth.iterations)
    if growth.promoted:
        print_text(f"promoted: {', '.join(record.name for record in growth.promoted)}")
    parts = sorted(growth.clock.items(), key=lambda part: -part[1])
    shown = ", ".join(f"{activity} {seconds:.1f}" for activity, seconds in parts if seconds >= 0.05)
    print_text(f"seconds: {growth.seconds:.1f} ({shown})")
    print_text(f"run {growth.run}")


def _print_iterations(iterations: list[Iteration]) -> None:
    """The table of iterations: how the library stood after each."""
    rows = [
        [
            each.number,
            f"{each.solved} of {each.tasks}",
            each.right,
            f"{each.terms:,}",
            f"{each.elapsed:.1f}",
            each.library,
            ", ".join(each.demoted) or None,
        ]
        for each in iterations
    ]
    if rows:
        print_table(["iteration", "solved", "right", "terms", "seconds", "words", "demoted"], rows)
