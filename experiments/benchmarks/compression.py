"""Compression against stitch-core alone: how much shorter the corpus becomes, and how long it takes.

    python -m experiments.benchmarks.compression [--programs 100] [--corpora 12] [--rounds 5] [--solved RESULT]... [--json FILE]

Corpora are generated list programs that share hidden parts, in the form in which the enumerator finds them. stitch-core
alone is the same search with the same options, in this process, its answers believed: no types, no names, no check. Both
are measured in symbols, the abstractions' bodies counted; the ratio is ours / alone, of how many times shorter the corpus
became; at least 0.95 is wanted. Every second corpus has choices of which one branch holds the rest of the program: there
stitch-core, which knows no order of evaluation, gives programs that evaluate what they should not, which ours refuses;
``sound`` compares with stitch-core's result after those programs are put back as they were. Ours starts a process each
time; at most 0.5 s for 100 programs are wanted.

``--solved`` names results of ``synthesis``: all programs that they hold are one corpus more, the one of the target (default:
``synthesis_list_train.json``, or else ``synthesis.json``, beneath ``experiments/results``).
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from library.compression.compress import Compression, compress, description_length
from library.compression.normal import Unsafe, align, normal_form
from library.compression.stitch_child import answer
from library.compression.stitch_code import Codebook, hide_lets, restore_lets
from primitives.definitions import definition, expand
from primitives.inference import IllTyped, infer
from primitives.primitive import Primitive
from primitives.syntax import parse
from primitives.term import Term, sites_of
from primitives.words import builtin_words

from .common import alternate, parser, ratio, report
from .synthesis import PROJECT

ITERATIONS, MAX_ARITY = 10, 3
RESULTS = PROJECT / "experiments" / "results"
UNARY = ("reverse", "sort", "tail", "init", "unique")
ENDS = ("sum", "maximum", "length", "head", "last")


def program(rng: np.random.Generator, parts: tuple[str, ...], branches: bool) -> str:
    """A list program: a few stages over xs, some of them from the corpus' hidden parts, some its own."""
    text = "xs"
    for _ in range(int(rng.integers(1, 5))):
        kind = rng.random()
        if kind < 0.45:
            text = parts[int(rng.integers(len(parts)))].format(text)
        elif kind < 0.65:
            text = f"({UNARY[int(rng.integers(len(UNARY)))]} {text})"
        else:
            text = stage(rng, branches).format(text)
    if rng.random() < 0.4:
        text = f"({ENDS[int(rng.integers(len(ENDS)))]} {text})"
    return f"(lambda (xs) {text})"


def stage(rng: np.random.Generator, branches: bool) -> str:
    """A map, filter or choice with a body of its own."""
    number, other = int(rng.integers(0, 6)), int(rng.integers(2, 5))
    forms = [
        f"(map (lambda (x) (+ x {number})) {{0}})",
        f"(map (lambda (x) (* x (+ x {number}))) {{0}})",
        f"(filter (lambda (x) (< {number} x)) {{0}})",
        f"(filter (lambda (x) (= {number} (mod x {other}))) {{0}})",
        f"(if (< {number} (length xs)) (take {other} {{0}}) {{0}})",
        f"(drop {number} {{0}})",
    ] + [f"(if (< {number} (length xs)) {{0}} (tail xs))"] * branches
    return forms[int(rng.integers(len(forms)))]


def corpus(rng: np.random.Generator, count: int, branches: bool = False) -> dict[str, list[Term]]:
    """``count`` tasks of one program that share four hidden parts of one or two stages."""
    words = builtin_words()
    parts = tuple(
        stage(rng, branches).format(stage(rng, branches)) if rng.random() < 0.5 else stage(rng, branches)
        for _ in range(4)
    )
    return {f"task {number}": [parse(program(rng, parts, branches), words)] for number in range(count)}


def alone(
    tasks: Mapping[str, list[Term]], words: Mapping[str, Primitive]
) -> tuple[dict[str, list[Term]], list[Term], set[str]]:
    """stitch-core's abstractions as it gives them: the rewritten corpus, the bodies, and the tasks whose programs fail our check."""
    book = Codebook(words)
    texts = [book.encode(hide_lets(terms[0])) for terms in tasks.values()]
    found = answer(
        {"programs": texts, "tasks": list(tasks), "iterations": ITERATIONS, "max_arity": MAX_ARITY, "costs": book.costs}
    )
    if "error" in found:
        raise RuntimeError(found["error"])
    known, bodies = dict(words), []
    for each in found["abstractions"]:
        body = restore_lets(book.decode(each["body"], each["arity"]))
        book.define(each["name"], f"?{each['name']}", bool(sites_of(body)))
        known[f"?{each['name']}"] = definition(f"?{each['name']}", "a", body)
        bodies.append(body)
    rewritten = {task: [restore_lets(book.decode(text))] for task, text in zip(tasks, found["rewritten"], strict=True)}
    wrong = {task for task in tasks if not checked(tasks[task][0], rewritten[task][0], known, words)}
    return rewritten, bodies, wrong


def checked(original: Term, term: Term, known: Mapping[str, Primitive], words: Mapping[str, Primitive]) -> bool:
    """Whether stitch-core's program is the original under strict evaluation, and has its type."""
    try:
        written = expand(term, known)
        same = align(normal_form(hide_lets(written), words), normal_form(hide_lets(original), words)) is not None
        return same and str(infer(written, words).scheme) == str(infer(original, words).scheme)
    except (Unsafe, IllTyped):
        return False


def one(tasks: Mapping[str, list[Term]]) -> dict[str, Any]:
    """Ours and stitch-core alone on one corpus."""
    words = builtin_words()
    started = time.perf_counter()
    ours: Compression = compress(tasks, words, max_arity=MAX_ARITY, iterations=ITERATIONS)
    seconds = time.perf_counter() - started
    rewritten, bodies, wrong = alone(tasks, words)
    before = description_length(tasks, words)
    theirs = before / description_length(rewritten, words, bodies)
    put_back = {task: tasks[task] if task in wrong else terms for task, terms in rewritten.items()}
    sound = before / description_length(put_back, words, bodies)
    return {
        "symbols": before,
        "ours": round(ours.ratio, 4),
        "alone": round(theirs, 4),
        "ours_over_alone": round(ours.ratio / theirs, 4),
        "ours_over_sound": round(ours.ratio / sound, 4),
        "abstractions": [len(ours.abstractions), len(bodies)],
        "refused_programs_of_stitch": len(wrong),
        "seconds": round(seconds, 3),
        "problem": ours.problem,
    }


def solved_corpus(results: Sequence[Path]) -> dict[str, list[Term]]:
    """The programs of solved tasks in results of ``synthesis``; those that name words of a library are left out."""
    words, found = builtin_words(), {}
    for path in results:
        for row in json.loads(path.read_text(encoding="utf-8"))["figures"]["rows"]:
            if row["solved"] and not row["subroutines"]:
                found[f"{path.stem}: {row['task']}"] = [parse(row["program"], words)]
    return found


def solved(results: Sequence[Path], rounds: int) -> dict[str, Any]:
    """Ours and stitch-core alone on solved programs, and the share of ours that have a type."""
    tasks = solved_corpus(results)
    found = compress(tasks, builtin_words(), max_arity=MAX_ARITY, iterations=ITERATIONS)
    known = {**builtin_words(), **{a.name: definition(a.name, a.scheme, a.body) for a in found.abstractions}}
    typed = [str(infer(each.body, known).scheme) == each.scheme for each in found.abstractions]
    figures = {**one(tasks), "programs": len(tasks), "typed": sum(typed) / max(len(typed), 1)}
    return {**figures, "results": [path.name for path in results], "timing": timed(tasks, rounds)}


def timing(count: int, rounds: int, seed: int) -> dict[str, Any]:
    """Seconds for a generated corpus of so many programs."""
    return {"programs": count, **timed(corpus(np.random.Generator(np.random.PCG64([seed, count])), count), rounds)}


def timed(tasks: Mapping[str, list[Term]], rounds: int) -> dict[str, Any]:
    """Seconds of ours and of stitch-core alone (its search only), alternating."""
    words = builtin_words()
    book = Codebook(words)
    texts = [book.encode(hide_lets(terms[0])) for terms in tasks.values()]
    request = {
        "programs": texts,
        "tasks": list(tasks),
        "iterations": ITERATIONS,
        "max_arity": MAX_ARITY,
        "costs": book.costs,
    }
    candidates = {
        "ours": lambda: compress(tasks, words, max_arity=MAX_ARITY, iterations=ITERATIONS),
        "alone": lambda: answer(json.loads(json.dumps(request))),
    }
    seconds = alternate(candidates, rounds)
    return ratio(seconds, "ours", "alone")


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--programs", type=int, default=100)
    options.add_argument("--corpora", type=int, default=12)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--solved", type=Path, action="append", help="a result of synthesis")
    given = options.parse_args()
    started = time.perf_counter()
    rows: dict[str, list[dict[str, Any]]] = {"plain": [], "branches": []}
    for number in range(given.corpora):
        name = "branches" if number % 2 else "plain"
        rng = np.random.Generator(np.random.PCG64([given.seed, number]))
        rows[name].append(one(corpus(rng, given.programs, number % 2 == 1)))
    figures: dict[str, Any] = {"programs": given.programs}
    for name, found in rows.items():
        for key in ("ours_over_alone", "ours_over_sound") if found else ():
            figures[f"{name}_{key}"] = {
                "median": statistics.median(row[key] for row in found),
                "least": min(row[key] for row in found),
            }
    figures["timing"] = [timing(count, given.rounds, given.seed) for count in (given.programs, 3 * given.programs)]
    usual = [path for path in (RESULTS / "synthesis_list_train.json", RESULTS / "synthesis.json") if path.is_file()][:1]
    if given.solved or usual:
        figures["solved"] = solved(given.solved or usual, given.rounds)
    figures["corpora"] = rows
    report("compression", figures, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
