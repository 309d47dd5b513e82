"""What the benchmark ``tables`` compares with: scikit-learn's forest and boosting with default settings, and a constant.

They get the usual least preparation, fitted to the train rows: texts that are dates (ISO, or day.month.year) and amounts ($1,234.50)
become numbers; a category of up to 20 levels has a column each, of more it is numbered in the order of the alphabet; missing numbers are
the median, but for boosting they stay missing, which it takes by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    import pandas

ONE_EACH = 20
"""Levels of a category up to which each has a column."""
RIVALS = ("constant", "forest", "boosting")


class Rival(Protocol):
    """What all of scikit-learn's models have."""

    def fit(self, x: pandas.DataFrame, y: np.ndarray) -> Rival: ...

    def predict(self, x: pandas.DataFrame) -> np.ndarray: ...


def rival(name: str, train: pandas.DataFrame, classes: bool, seed: int) -> Rival:
    """The model of that name with its preparation, not yet fitted, for a frame of features as ``typed`` gives it."""
    from sklearn.dummy import DummyClassifier, DummyRegressor
    from sklearn.ensemble import (
        HistGradientBoostingClassifier,
        HistGradientBoostingRegressor,
        RandomForestClassifier,
        RandomForestRegressor,
    )
    from sklearn.pipeline import make_pipeline

    models = {
        "constant": lambda: DummyClassifier() if classes else DummyRegressor(),
        "forest": lambda: (RandomForestClassifier if classes else RandomForestRegressor)(random_state=seed),
        "boosting": lambda: (HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor)(
            random_state=seed
        ),
    }
    found: Rival = make_pipeline(_preparation(train, impute=name != "boosting"), models[name]())
    return found


def typed(frame: pandas.DataFrame) -> pandas.DataFrame:
    """The features with dates and amounts as numbers; what is no such text stays."""
    import pandas

    found = frame.copy()
    for name in frame.columns:
        if frame[name].dtype.kind in "fiub":
            continue
        texts = frame[name].astype(object)
        known = texts[texts.notna()].astype(str)
        for form in ("%Y-%m-%d", "%d.%m.%Y"):
            times = pandas.to_datetime(known, format=form, errors="coerce")
            if times.notna().all():
                found[name] = (times - pandas.Timestamp("1970-01-01")).dt.days.reindex(frame.index).astype(float)
        amounts = pandas.to_numeric(known.str.replace(r"[$,]", "", regex=True), errors="coerce")
        if amounts.notna().all():
            found[name] = amounts.reindex(frame.index).astype(float)
    return found


def _preparation(train: pandas.DataFrame, impute: bool) -> object:
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

    numbers = [name for name in train.columns if train[name].dtype.kind in "fiub"]
    texts = [name for name in train.columns if name not in numbers]
    short = [name for name in texts if train[name].nunique() <= ONE_EACH]
    long = [name for name in texts if name not in short]
    ordinal = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2)
    return ColumnTransformer(
        [
            ("numbers", SimpleImputer(strategy="median") if impute else "passthrough", numbers),
            ("short", OneHotEncoder(handle_unknown="ignore", sparse_output=False), short),
            ("long", ordinal, long),
        ]
    )
