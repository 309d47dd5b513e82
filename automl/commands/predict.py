"""``automl predict``: answers for new inputs, one JSON value a line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from primitives.types import arguments_of, has_tensor

from ..errors import TaskError
from ..evaluation.model import Model
from ..evaluation.predictions import (
    Prediction,
    list_prediction,
    picture_files,
    picture_predictions,
    takes_list,
    tolerant_predictions,
)
from ..tasks.inputs import read_inputs
from .common import json_line, print_text, saved_model
from .options import LibraryUrl
from .subject import model_of_run


def predict(
    run: Annotated[str, typer.Argument(help="A run of the library, or a folder that Model.save or a baseline wrote.")],
    inputs: Annotated[
        list[str],
        typer.Argument(
            help="Pictures or folders of them, files (.npy, .npz, .csv, .xlsx, .parquet, .json, .jsonl, .csv.gz), or JSON text."
        ),
    ],
    library: LibraryUrl = None,
) -> None:
    """Answer for new inputs with a trained program; one JSON value a line, null where it has no answer.

    JSON text for a program on values is the value, '[1, 2]', or a list of values, '[[1, 2], [3]]', where it has one argument; of several, a
    list of the arguments of each case, '[[[1, 2], 3]]'.

    A classifier's line has the answer and the probability of each label, that of a program which draws what its nets say the likeliest
    outputs with theirs; a picture's its file too. Where a program takes a list of pictures, those in a folder are one, by their names. What
    has no answer is said on standard error; the exit code is 1 where nothing has one.
    """
    model = saved_model(run) or model_of_run(run, library).model
    found = [each for text in inputs for each in _predictions(model, text)]
    for number, each in enumerate(found, 1):
        print_text(json_line(each.to_json()))
        if each.failure:
            print_text(f"automl: {each.source or f'input {number}'}: no answer: {each.failure}", err=True)
    if found and all(each.failure for each in found):
        raise typer.Exit(1)


def _predictions(model: Model, text: str) -> list[Prediction]:
    path = Path(text)
    try:
        files = picture_files(path)
        folder = path.is_dir()
    except (OSError, ValueError):  # JSON text may be too long for a name, or hold what no name can
        files, folder = [], False
    if files and folder and takes_list(model.type):
        return [list_prediction(model, path, files)]
    if files:
        return picture_predictions(model, files)
    if folder:
        raise TaskError(f"inputs={text[:80]!r}: the folder has no pictures; name a file, or a folder of pictures")
    types = None if has_tensor(model.type) else arguments_of(model.type)[0]
    return tolerant_predictions(model, read_inputs(text, model.preprocessing, types))
