"""What a prediction is worth: a model and two simpler rules, fitted on earlier days and judged on a later one.

The model is gradient boosted trees on histograms; what it is held against is the average of the past, and a model that knows
nothing but how long ago each one was last there. Nothing here knows where the figures come from.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from semantic_layer.predictions import Bucket, Quality, Why

Target = Literal["no_activity", "future_value"]

SEED = 20_170
ROUNDS = 400
"""Samples drawn to tell a gain from chance."""
CHANCE = 0.05
PARTS = 10
"""Groups of equally many, by what was predicted, in which it is held against what came."""
FOLDS = 5
LEAST_MEMBERS, LEAST_OF_EACH = 200, 30


class Sample(NamedTuple):
    """Some members as of one or more days.

    Attributes:
        features: A row for each member and day.
        recency: Days since each one was last there; NaN for never.
        target: 1 for no activity in the days after and 0 for some, or the value of the days after; of the same length.
        member: Who it is, so that one is on one side only where members are divided.
    """

    features: pd.DataFrame
    recency: np.ndarray[Any, Any]
    target: np.ndarray[Any, Any]
    member: np.ndarray[Any, Any]


class Judged(NamedTuple):
    """What a model is worth.

    Attributes:
        why: Why it may not be used; None where it may.
        quality: None where there was too little to judge it by.
    """

    why: Why | None
    quality: Quality | None


def judged(earlier: Sample, later: Sample, target: Target, seed: int = SEED) -> Judged:
    """Fits on earlier days, predicts a later one and holds it against what came.

    A model may be used where its squared error is smaller than that of both simpler rules by more than chance: the 5th
    percentile of the mean difference over 400 bootstrap samples of members is above 0.

    Args:
        earlier, later: No target of the former reaches beyond the day of the latter.

    Sources: Brier, Monthly Weather Review 78 (1950); Efron and Tibshirani, An Introduction to the Bootstrap (1993), ch. 16;
    Niculescu-Mizil and Caruana, ICML 2005, for calibration.
    """
    if not (_is_enough(earlier, target) and _is_enough(later, target)):
        return Judged("too_few", None)
    model = predicted(earlier, later.features, target, seed)
    recency = _by_recency(earlier, later.recency, target)
    average = np.full(len(later.target), earlier.target.mean())
    errors = [(each - later.target) ** 2 for each in (model, average, recency)]
    means = [float(each.mean()) for each in errors]
    least = min(means[1:])
    area, area_recency = (_area(later.target, each) if target == "no_activity" else None for each in (model, recency))
    buckets = _calibration(model, later.target)
    off = sum(abs(each.predicted - each.observed) * each.members for each in buckets) / len(later.target)
    came = float(later.target.mean())
    quality = Quality(
        members=len(later.target),
        average=came,
        error=means[0],
        error_average=means[1],
        error_recency=means[2],
        auc=area,
        auc_recency=area_recency,
        gain=(least - means[0]) / least if least else 0.0,
        calibration=buckets,
        off=off if target == "no_activity" or not came else off / came,
    )
    better = all(_is_smaller(errors[0], each, seed) for each in errors[1:])
    return Judged(None if better else "no_better", quality)


def predicted(known: Sample, features: pd.DataFrame, target: Target, seed: int = SEED) -> np.ndarray[Any, Any]:
    """Fits on what is known and predicts others: probabilities between 0 and 1, or values of at least 0.

    The same samples in the same order give the same figures: the order of sums is fixed by a single thread.

    Args:
        known: Of one or more days.
        features: With the same columns; values that were never seen count as missing.
    """
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.model_selection import GroupKFold
    from threadpoolctl import threadpool_limits

    learn, apply = _encoded(known.features, features)
    trees: dict[str, Any] = {
        "max_iter": 80,
        "learning_rate": 0.06,
        "max_leaf_nodes": 8,
        "min_samples_leaf": 60,
        "l2_regularization": 5.0,
        "categorical_features": "from_dtype",
        "random_state": seed,
    }
    with threadpool_limits(limits=1):
        if target == "future_value":
            # The Poisson deviance keeps predictions above 0 and their sum at that of what came, whatever the spread.
            values = HistGradientBoostingRegressor(loss="poisson", **trees).fit(learn, np.maximum(known.target, 0.0))
            return np.round(values.predict(apply), 6)
        folds = GroupKFold(FOLDS).split(learn, known.target, known.member)
        once: dict[str, Any] = {"method": "sigmoid", "cv": list(folds), "ensemble": False}
        model = CalibratedClassifierCV(HistGradientBoostingClassifier(**trees), **once)
        return np.round(model.fit(learn, known.target).predict_proba(apply)[:, 1], 6)


def _encoded(known: pd.DataFrame, others: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Words as categories of what is known, numbers and truth values as floats."""
    learn, apply = pd.DataFrame(index=known.index), pd.DataFrame(index=others.index)
    for name in known.columns:
        if pd.api.types.is_bool_dtype(known[name]) or pd.api.types.is_numeric_dtype(known[name]):
            learn[name], apply[name] = known[name].astype("float64"), others[name].astype("float64")
            continue
        counts = known[name].dropna().astype(str).value_counts()
        # As many as the trees take; rarer ones tell nothing anyway.
        kinds = sorted(counts.index[:200])
        for frame, source in ((learn, known), (apply, others)):
            words = source[name].astype("string")
            frame[name] = pd.Categorical(words.where(words.isin(kinds)), categories=kinds)
    return learn, apply


def _by_recency(known: Sample, recency: np.ndarray[Any, Any], target: Target) -> np.ndarray[Any, Any]:
    """The same question answered from the days since the last time alone, by a smooth curve."""
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import SplineTransformer
    from threadpoolctl import threadpool_limits

    never = float(np.nanmax(known.recency)) + 1 if np.isfinite(known.recency).any() else 0.0
    learn, apply = (np.nan_to_num(each, nan=never).reshape(-1, 1) for each in (known.recency, recency))
    curve = SplineTransformer(n_knots=6, knots="quantile", extrapolation="linear")
    with threadpool_limits(limits=1):
        if target == "future_value":
            values = make_pipeline(curve, LinearRegression()).fit(learn, known.target)
            return np.maximum(values.predict(apply), 0.0)
        model = make_pipeline(curve, LogisticRegression(C=10.0, max_iter=1000)).fit(learn, known.target)
        return model.predict_proba(apply)[:, 1]


def _is_enough(sample: Sample, target: Target) -> bool:
    if len(np.unique(sample.member)) < LEAST_MEMBERS:
        return False
    if target == "future_value":
        return bool((sample.target > 0).sum() >= LEAST_OF_EACH)
    return LEAST_OF_EACH <= sample.target.sum() <= len(sample.target) - LEAST_OF_EACH


def _area(target: np.ndarray[Any, Any], score: np.ndarray[Any, Any]) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(target, score))


def _is_smaller(own: np.ndarray[Any, Any], other: np.ndarray[Any, Any], seed: int) -> bool:
    """Whether one's errors are smaller than another's by more than chance, member by member."""
    differences = other - own
    drawn = np.random.default_rng(seed).integers(0, len(differences), (ROUNDS, len(differences)))
    return bool(np.quantile(differences[drawn].mean(axis=1), CHANCE) > 0)


def _calibration(predictions: np.ndarray[Any, Any], target: np.ndarray[Any, Any]) -> tuple[Bucket, ...]:
    order = np.argsort(predictions, kind="stable")
    parts = [part for part in np.array_split(order, PARTS) if len(part)]
    return tuple(
        Bucket(predicted=float(predictions[part].mean()), observed=float(target[part].mean()), members=len(part))
        for part in parts
    )
