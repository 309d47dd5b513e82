"""What is said of an answer: probabilities, failures apart from values, numbers in other units."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from automl.errors import TaskError
from automl.evaluation.model import Model
from automl.evaluation.predictions import (
    Prediction,
    list_prediction,
    picture_predictions,
    predictions_of,
    probabilities,
    tolerant_predictions,
)
from automl.fitting.losses import are_probabilities, make_loss
from automl.tasks.measure import probabilities_of
from automl.tasks.measures.classes import LOG_LOSS
from automl.tasks.metrics import CLASSES, score
from automl.tasks.pictures import PictureForm
from automl.tasks.preprocessing import Affine, Preprocessing
from library.vocabulary import Vocabulary
from primitives.notation.types import parse_type

FLAT = "(lambda (x) (dense :units 3 @1 (flatten x)))"


def net(text: str = FLAT, **prepared: object) -> Model:
    """A net for pictures of 2x2 pixels that answers by the first pixel: much for "a", little for "c"."""
    weight = torch.zeros(3, 4)
    weight[0, 0], weight[2, 0] = 4.0, -4.0
    given = Preprocessing((1, 2, 2), label_names=("a", "b", "c"), **prepared)  # type: ignore[arg-type]
    weights = {"1.weight": weight, "1.bias": torch.tensor([0.0, 1.0, 2.0])}
    return Model(Vocabulary().read(text), parse_type("Tensor[1,2,2] -> Tensor[3]"), Vocabulary(), weights, given)


@pytest.mark.parametrize("text", [FLAT, "(lambda (x) (softmax (dense :units 3 @1 (flatten x))))"])
def test_the_probabilities_are_those_of_the_labels(text: str) -> None:
    model, raw = net(text), np.array([[[[1.0, 0], [0, 0]]], [[[0.0, 0], [0, 0]]]])
    shares = model.predict_proba(raw)
    assert shares.shape == (2, 3) and np.allclose(shares.sum(axis=1), 1, atol=1e-5)
    assert np.allclose(shares[1], np.exp([0, 1, 2]) / np.exp([0, 1, 2]).sum(), atol=1e-5)
    first, second = model.predictions(raw)
    assert (first.answer, second.answer) == ("a", "c") == tuple(model.predict(raw))
    assert (
        list(second.probabilities) == ["a", "b", "c"] and max(second.probabilities, key=second.probabilities.get) == "c"
    )
    assert second.to_json() == {
        "answer": "c",
        "probabilities": {k: round(v, 6) for k, v in second.probabilities.items()},
    }


@pytest.mark.parametrize("factor", [1.0, 1.0005, 0.9995])
def test_probabilities_have_one_log_loss_wherever_it_is_asked_for(factor: float) -> None:
    outputs = torch.tensor([[2.0, 0.5, 1.0], [0.1, 3.0, 0.2], [1.0, 1.0, 0.0]]).softmax(1) * factor
    targets = np.array([0, 1, 2])
    loss = make_loss("cross_entropy", probabilities=are_probabilities(outputs))(outputs, torch.tensor(targets))
    shares = probabilities(outputs)
    said = -np.log(shares[np.arange(3), targets]).mean()
    assert score(CLASSES, outputs, targets)["cross_entropy"] == pytest.approx(said)
    assert LOG_LOSS.value(targets, probabilities_of(outputs.double().numpy())) == pytest.approx(said)
    assert float(loss) == pytest.approx(said, rel=1e-5)


def test_what_is_no_classifier_has_no_probabilities() -> None:
    model = Model(Vocabulary().read("(lambda (xs) (head xs))"), parse_type("list(int) -> int"), Vocabulary())
    with pytest.raises(TaskError, match="a classifier"):
        model.predict_proba([[[1]]])
    assert [each.to_json() for each in model.predictions([[[1]], [[]]])] == [1, None]


def test_a_blend_gives_its_likeliest_outputs_with_their_probabilities(tmp_path: Path) -> None:
    """A net that says 0 or 1 by the first pixel, white or black, and the sum of a list."""
    text = "(lambda (xs) (sum (map (lambda (x) (argmax (dense :units 2 @1 (flatten x)))) xs)))"
    weights = {"1.weight": torch.tensor([[0.0] * 4, [8.0, 0.0, 0.0, 0.0]]), "1.bias": torch.tensor([0.0, -4.0])}
    prepared = Preprocessing((1, 2, 2), Affine((0.0,), (1.0,)))
    model = Model(Vocabulary().read(text), parse_type("list(Tensor[1,2,2]) -> int"), Vocabulary(), weights, prepared)
    files = [tmp_path / f"{number}.png" for number in range(3)]
    for number, path in enumerate(files):
        Image.fromarray(np.full((2, 2), 255 * (number > 0), np.uint8)).save(path)
    shown = list_prediction(model, tmp_path, files)
    right = 1 / (1 + np.exp(-4.0))
    wanted = {"2": right**3 + 2 * right * (1 - right) ** 2, "3": right**2 * (1 - right)}
    assert shown.answer == 2 and shown.source == str(tmp_path) and list(shown.probabilities)[0] == "2"
    assert {key: shown.probabilities[key] for key in wanted} == pytest.approx(wanted, abs=1e-4)
    assert sum(shown.probabilities.values()) == pytest.approx(1)
    assert [each.answer for each in picture_predictions(model, files)] == [0, 1, 1]
    with pytest.raises(TaskError, match="a classifier"):
        model.predict_proba([np.zeros((1, 1, 2, 2))])


@pytest.mark.parametrize(("units", "answers"), [(1, [13.0, 11.0]), (2, [[13.0, 13.0], [11.0, 11.0]])])
def test_an_amount_is_a_plain_number_and_several_are_a_list(units: int, answers: list[object]) -> None:
    weights = {"1.weight": torch.ones(units, 2), "1.bias": torch.zeros(units)}
    program, kind = Vocabulary().read(f"(dense :units {units} @1)"), parse_type(f"Tensor[2] -> Tensor[{units}]")
    model = Model(program, kind, Vocabulary(), weights, Preprocessing((2,), target=Affine((10.0,), (1.0,))))
    raw = np.array([[1.0, 2.0], [0.0, 1.0]])
    assert model.predict(raw) == [each.to_json() for each in model.predictions(raw)] == answers


class TestNotFinite:
    """Answers that are no finite numbers are failures, and change no other case's answer."""

    @pytest.mark.parametrize("text", [FLAT, "(lambda (x) (softmax (dense :units 3 @1 (flatten x))))"])
    def test_of_a_classifier(self, text: str) -> None:
        model, raw = net(text), np.zeros((3, 1, 2, 2))
        alone = model.predictions(raw[:1])[0]
        raw[1] = -1e300
        first, second, third = model.predictions(raw)
        assert first.probabilities == pytest.approx(alone.probabilities) and third.answer == "c"
        assert "not a finite number" in second.failure and second.to_json() is None
        with pytest.raises(TaskError, match="an answer for every case"):
            model.predict_proba(raw)

    def test_of_numbers(self) -> None:
        text, weights = (
            "(lambda (x) (dense :units 1 @1 x))",
            {"1.weight": torch.full((1, 2), 3.0), "1.bias": torch.zeros(1)},
        )
        prepared = Preprocessing((2,), target=Affine((1.0,), (2.0,)))
        model = Model(Vocabulary().read(text), parse_type("Tensor[2] -> Tensor[1]"), Vocabulary(), weights, prepared)
        assert [each.to_json() for each in model.predictions([[1, 1], [-1e300, 0]])] == [13.0, None]

    def test_of_values(self) -> None:
        model = Model(Vocabulary().read("(lambda (x) x)"), parse_type("float -> float"), Vocabulary())
        assert [each.to_json() for each in model.predictions([[1.5], [float("inf")]])] == [1.5, None]


class TestTolerance:
    HEAD = Model(Vocabulary().read("(lambda (xs) (head xs))"), parse_type("list(int) -> int"), Vocabulary())

    def test_one_bad_case_does_not_stop_the_others(self) -> None:
        found = tolerant_predictions(self.HEAD, [[[1]], ["text"], [[]], [[2], [3]], [[4]]])
        assert [each.answer for each in found] == [1, None, None, None, 4]
        assert [bool(each.failure) for each in found] == [False, True, True, True, False]
        assert "2 " not in found[1].failure and "list of 1 arguments" in found[3].failure and "head" in found[2].failure

    def test_rows_of_arrays_too(self) -> None:
        raw = np.zeros((9, 1, 2, 2))
        raw[4] = np.nan
        found = tolerant_predictions(net(), raw)
        assert [number for number, each in enumerate(found) if each.failure] == [4] and "finite" in found[4].failure

    def test_of_a_program_without_preparation_too(self) -> None:
        model = Model(Vocabulary().read("(lambda (x) (tanh x))"), parse_type("Tensor[2] -> Tensor[2]"), Vocabulary())
        found = tolerant_predictions(model, [[1.0, 2.0], [1.0, 2.0, 3.0], [3.0, 4.0]])
        assert [bool(each.failure) for each in found] == [False, True, False] and "[batch,2]" in found[1].failure

    @pytest.mark.parametrize(
        ("steps_first", "said"), [(False, r"\(3, 5, 2\): \[n, 2, 5\]"), (True, r"\(3, 2, 5\): \[n, 5, 2\]")]
    )
    def test_series_with_swapped_axes_are_named_as_they_were_given(
        self, steps_first: bool, said: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        prepared = Preprocessing(shape=(2, 5), raw_range=(0.0, 255.0), steps_first=steps_first)
        text = "(lambda (x) (flatten x))"
        model = Model(Vocabulary().read(text), parse_type("Tensor[2,5] -> Tensor[10]"), Vocabulary(), {}, prepared)
        wrong = np.ones((3, 2, 5) if steps_first else (3, 5, 2))
        with pytest.raises(ValueError, match=said + ".*swap the last two axes"):
            tolerant_predictions(model, wrong)
        assert not caplog.records

    @pytest.mark.parametrize("cases", [[[1, 2]], [["a"], "b"], np.zeros((3, 5))])
    def test_cases_that_are_all_bad_are_refused(self, cases: object) -> None:
        with pytest.raises(ValueError):
            tolerant_predictions(net() if isinstance(cases, np.ndarray) else self.HEAD, cases)


class TestRange:
    BYTES = {"inputs": Affine(scale=(255.0,)), "raw_range": (0.0, 255.0)}

    @pytest.mark.parametrize(
        ("raw_range", "high", "warned"),
        [((0, 255), 1.0, True), ((0, 255), 255.0, False), ((0, 255), 100.0, False), ((0, 1), 255.0, True), ((0, 1), 1.0, False),
         (None, 1.0, False), ((0, 255), 0.0, False)],
    )  # fmt: skip
    def test_numbers_in_other_units_are_said(self, caplog, raw_range, high, warned) -> None:
        raw = np.zeros((2, 1, 2, 2))
        raw[0] = high
        with caplog.at_level(logging.WARNING):
            predictions_of(net(raw_range=raw_range), raw)
        assert bool(caplog.messages) is warned
        assert (
            not warned
            or f"inputs from 0 to {high:g}: the program was trained on numbers from 0 to" in caplog.messages[0]
        )

    def test_the_range_is_kept_with_the_model(self) -> None:
        kept = Preprocessing((2,), raw_range=(-1.0, 3.5))
        assert Preprocessing.from_json(kept.to_json()) == kept
        assert "raw_range" not in Preprocessing((2,)).to_json()


@pytest.mark.parametrize(
    ("prepared", "form"),
    [
        (Preprocessing((1, 4, 6)), PictureForm(6, 4, False)),
        (Preprocessing((3, 4, 6)), PictureForm(6, 4, True)),
        (Preprocessing((3, 4, 6), pictures=PictureForm(6, 4, True)), PictureForm(6, 4, True)),
        (Preprocessing((2, 4, 6)), None),
        (Preprocessing((4,)), None),
    ],
)
def test_the_form_of_pictures_for_a_model(prepared: Preprocessing, form: PictureForm | None) -> None:
    assert prepared.picture_form == form


def test_a_failure_is_never_an_answer() -> None:
    assert Prediction(failure="undefined at head", source="a.png").to_json() is None
    assert Prediction("cat", source="a.png").to_json() == {"input": "a.png", "answer": "cat"}
