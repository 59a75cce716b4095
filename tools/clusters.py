"""Natural groups: numbers of each one in a few groups that lie apart, without anybody saying which.

Numbers that lean to one side are evened out by a power (Yeo and Johnson, 2000); all are brought to mean 0 and spread 1, and cut
at 3. K-means (scikit-learn) with a fixed seed groups them. How many groups there are is the number with the best mean silhouette
(Rousseeuw, 1987), if that is at least 0.25, under which there is no substantial structure (Kaufman and Rousseeuw, 1990), if it is
better than that of single clouds of the same spread without any groups, and if half of the members alone give the same groups
(adjusted Rand index, Hubert and Arabie, 1985). Else there are none, and the answer says so.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

SEED = 20_170
MOST_GROUPS, SAMPLE = 6, 2_000
LEAST_SILHOUETTE, ABOVE_ONE_CLOUD, SAME_GROUPS = 0.25, 0.04, 0.85
SMALLEST_PART = 0.02
LEANING = 0.5
CUT = 3.0
TRIES, CLOUDS = 5, 4

Numbers = NDArray[np.float64]
Labels = NDArray[np.int64]


class Found(NamedTuple):
    """Groups of members.

    Attributes:
        labels: Of each member the place of its group; groups are in order of size, the largest first.
        scores: How far each group's mean lies from that of all, in spreads: a row for each group, a column for each number.
        silhouette: From -1 to 1, of all groups.
    """

    labels: Labels
    scores: Numbers
    silhouette: float


def natural_groups(values: Numbers, smallest: int, count: int | None = None) -> Found | None:
    """Groups the rows; None where they do not lie apart.

    Args:
        values: A row for each member, a column for each number; none is missing.
        smallest: Of how many a group must consist.
        count: How many groups; by default as many as there are.
    """
    import sklearn.cluster  # the limit holds for what is loaded before it
    from threadpoolctl import threadpool_limits

    assert sklearn.cluster
    scaled = brought_to_scale(values)
    smallest = max(smallest, int(len(values) * SMALLEST_PART))
    with threadpool_limits(1):  # a few small sums: threads would only wait for each other
        tried = [_tried(scaled, number, smallest) for number in ((count,) if count is not None else range(2, MOST_GROUPS + 1))]
    kept = [each for each in tried if each is not None]
    return max(kept, key=lambda each: each.silhouette, default=None)


def brought_to_scale(values: Numbers) -> Numbers:
    """Numbers that can be compared: what leans far to one side evened out, all with mean 0 and spread 1, cut at 3."""
    from scipy.stats import skew, yeojohnson

    columns = [np.asarray(yeojohnson(column)[0]) if abs(float(skew(column))) > LEANING else column for column in values.T]
    evened = np.column_stack(columns)
    spread = evened.std(axis=0)
    return np.clip((evened - evened.mean(axis=0)) / np.where(spread > 0, spread, 1), -CUT, CUT)


def _tried(scaled: Numbers, number: int, smallest: int) -> Found | None:
    """So many groups, where they hold."""
    from sklearn.metrics import adjusted_rand_score

    if len(scaled) < number * smallest:
        return None
    chance = np.random.default_rng(SEED)
    sample = np.sort(chance.choice(len(scaled), min(SAMPLE, len(scaled)), replace=False))
    labels = _grouped(scaled, scaled, number)
    own = _silhouette(scaled[sample], labels[sample])
    of_cloud = max(_of_one_cloud(scaled, number, len(sample), chance) for _ in range(CLOUDS))
    half = chance.permutation(len(scaled))[: len(scaled) // 2]
    same = float(adjusted_rand_score(labels, _grouped(scaled[half], scaled, number)))
    sizes = np.bincount(labels, minlength=number)
    if own < LEAST_SILHOUETTE or own < of_cloud + ABOVE_ONE_CLOUD or same < SAME_GROUPS or sizes.min() < smallest:
        return None
    order = np.argsort(-sizes, kind="stable")
    places = np.empty(number, dtype=np.int64)
    places[order] = np.arange(number)
    placed = places[labels]
    scores = np.vstack([scaled[placed == place].mean(axis=0) for place in range(number)])
    return Found(placed, scores, own)


def _of_one_cloud(scaled: Numbers, number: int, size: int, chance: np.random.Generator) -> float:
    """The silhouette of so many groups in one cloud as wide and as slanted as the members, where there are none."""
    cloud = chance.multivariate_normal(np.zeros(scaled.shape[1]), np.cov(scaled.T), size=size).clip(-CUT, CUT)
    return _silhouette(cloud, _grouped(cloud, cloud, number))


def _grouped(fitted: Numbers, all_of_them: Numbers, number: int) -> Labels:
    """The group of each one, by the centres that some of them have."""
    from sklearn.cluster import KMeans

    model: Any = KMeans(n_clusters=number, n_init=TRIES, random_state=SEED).fit(fitted)  # pyright: ignore[reportArgumentType]
    return np.asarray(model.predict(all_of_them), dtype=np.int64)


def _silhouette(values: Numbers, labels: Labels) -> float:
    from sklearn.metrics import silhouette_score

    return float(silhouette_score(values, labels)) if len(np.unique(labels)) > 1 else -1.0
