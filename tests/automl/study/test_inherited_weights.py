"""Children of a search begin with what their parents' weights make of them, wherever they are evaluated."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from automl.evaluation.evaluate import prepare
from automl.evaluation.prepared import context_of
from automl.evaluation.training import compiled, inherited
from automl.fitting.forward import outputs_of
from automl.study.opening import open_study, resume_options, run_study
from automl.study.planning.schedule import Schedule
from library.store import open_store
from library.vocabulary import Vocabulary
from library.weights.blobs import to_bytes
from primitives.definitions import definition
from primitives.inference import infer
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.weights import NOISE, initialise, shrunk
from primitives.words import builtin_words

WORDS = builtin_words()
KEEPING = {"population": 4, "morphisms": 1.0, "crossover": 0.0, "immigrants": 0.0}
"""A search whose children all compute what their parents do until they are trained."""


def test_children_that_keep_the_function_begin_with_their_parents_outputs(blobs, quick):
    """Their orders, as they are sent to a worker, make nets that give what the parents' trained nets give, until they are trained."""
    options = replace(quick(16, strategy="genetic", seed=4, settings=KEEPING), schedule=Schedule(epochs=1, refine=0.0))
    with open_store("memory:") as store:
        study = open_study(blobs, store, options, run_id="r")
        orders, submit = {}, study.executor.submit
        study.executor.submit = lambda ask, job, end: (
            orders.update({ask: job["candidates"][0]}),
            submit(ask, job, end),
        )
        run_study(study)
        evaluations = {each.ask: each for each in store.evaluations("r")}
        blob = {
            digest: store.blobs.get_bytes(digest) for digest in {each.weights for each in evaluations.values()} - {None}
        }
    prepared = prepare(context_of(blobs.data, Vocabulary()))
    outputs = {}
    for order in orders.values():
        if not order.get("start", {}).get("transfer"):
            continue
        digest = next(iter(order["start"]["sites"].values()))[0]
        parent = next(each for each in evaluations.values() if each.weights == digest)
        same = {site: (digest, site) for site in infer(parse(parent.term, WORDS), WORDS, blobs.data.type).sites}
        for name, text, start in (
            ("parent", parent.term, {"sites": same, "blobs": blob}),
            ("child", order["term"], order["start"]),
        ):
            term = parse(text, WORDS)
            program = compiled(
                prepared, term, infer(term, WORDS, blobs.data.type), {"term": text, "seed": 9, "start": start}
            )
            outputs.setdefault(order["term"], {})[name] = torch.as_tensor(
                outputs_of(program.eval(), blobs.data.type, blobs.data.validation)
            )
    assert len(outputs) >= 3
    for found in outputs.values():
        assert torch.allclose(found["child"], found["parent"], rtol=1e-4, atol=1e-4)


def test_a_killed_search_with_such_edits_goes_on_as_it_would_have(blobs, quick, mortal, killed, record_of, tmp_path):
    """What children start from is in the log as plain data, and is the same again."""
    options = replace(quick(14, strategy="genetic", seed=4, settings=KEEPING), schedule=Schedule(epochs=1, refine=0.0))
    records = []
    for name, dies in (("whole", None), ("killed", 14)):
        with open_store(f"sqlite:///{tmp_path}/{name}.db") as store:
            if dies is None:
                run_study(open_study(blobs, store, options, run_id="r"))
            else:
                with pytest.raises(killed):
                    run_study(open_study(blobs, mortal(store, dies, False), options, run_id="r"))
                assert 4 < len(store.evaluations("r")) < 14
                run = store.run("r")
                run_study(open_study(blobs, store, resume_options(run), run=run))
            records.append(record_of(store, "r"))
    assert records[0] == records[1]
    infos = [payload["info"] for _, kind, _, payload in records[0]["events"] if kind == "asked"]
    assert any(info.get("transfer") for info in infos)


def test_the_weights_of_a_subroutine_used_fresh_are_inherited_too():
    body = parse("(lambda (x) (relu (dense :units 4 @1 x)))", WORDS)
    block = definition("block", "Tensor[n] -> Tensor[4]", body)
    words, type = {**WORDS, "block": block}, parse_type("Tensor[3] -> Tensor[2]")
    term = parse("(lambda (x) (dense :units 2 @1 (block :use fresh @2 x)))", words)
    inference = infer(term, words, type)
    old = {f"{site.replace('2', '7', 1)}": tensor for site, tensor in initialise(inference.sites, 5).items()}
    start = {"blobs": {"d": to_bytes(old)}, "sites": {"1": ("d", "1"), "2": ("d", "7")}}
    found = inherited(start, inference, words, 0)
    assert found.keys() == {"1.weight", "1.bias", "2.1.weight", "2.1.bias"}
    assert torch.equal(found["2.1.weight"], old["7.1.weight"]) and torch.equal(found["1.weight"], old["1.weight"])


def test_inherited_weights_may_be_shrunk_and_perturbed():
    term, type = (
        parse("(lambda (x) (batch_norm @1 (dense :units 2 @2 x)))", WORDS),
        parse_type("Tensor[3] -> Tensor[2]"),
    )
    sites = infer(term, WORDS, type).sites
    old = {name: tensor + 3.0 for name, tensor in initialise(sites, 1).items()}
    found, fresh = shrunk(old, sites, 0.4, seed=2), initialise(sites, 2)
    assert torch.allclose(found["2.weight"], 0.4 * old["2.weight"] + NOISE * fresh["2.weight"])
    assert torch.equal(found["1.mean"], old["1.mean"])
    start = {"blobs": {"d": to_bytes(old)}, "sites": {site: ("d", site) for site in sites}, "shrink": 0.4}
    begun = inherited(start, infer(term, WORDS, type), WORDS, 2)
    assert not torch.equal(begun["2.weight"], old["2.weight"]) and torch.equal(begun["1.mean"], old["1.mean"])


@pytest.mark.parametrize("keep", [20, 1])
def test_longer_trainings_go_on_from_the_weights_that_are_kept(blobs, quick, keep):
    """Each begins with those of the ask that it is of, the refinement with the explored ones and the final training with the refined."""
    schedule = Schedule(epochs=1, refine_epochs=1)
    options = replace(quick(14, strategy="genetic", seed=4), schedule=schedule, keep_weights=keep)
    with open_store("memory:") as store:
        run_study(open_study(blobs, store, options, run_id="r"))
        asked = [each.payload for each in store.events("r") if each.kind == "asked"]
        trained = {each.ask for each in store.evaluations("r") if each.parameters}
    longer = [payload for payload in asked if payload["phase"] != "explore" and payload["info"]["of"] in trained]
    assert {payload["phase"] for payload in longer} == {"refine", "final"} and len(longer) > 2
    begun = [{of for of, _ in payload["info"].get("inherit", {}).values()} for payload in longer]
    same = [found == {payload["info"]["of"]} for found, payload in zip(begun, longer, strict=True)]
    assert all(same) if keep > 1 else not all(same)
    assert all(same or not found for same, found in zip(same, begun, strict=True))
