"""Predictive tags: what they are worth, what they may read, how they are kept."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from gym import FIRST, LAST, Gym, visits

from semantic_layer.compiler.compile import compile_request
from semantic_layer.compiler.plan import Scope
from semantic_layer.engines.base import Limits
from semantic_layer.engines.duckdb import CATALOG, DuckDBEngine
from semantic_layer.errors import RequestError
from semantic_layer.model.tags import PredictiveTag
from semantic_layer.policy import Grant
from semantic_layer.predictions import current_predictions, keep_predictions
from semantic_layer.requests import REQUEST
from semantic_layer.tags.estimators import Sample, judged, predicted
from semantic_layer.tags.training import features_of, plan_of


@pytest.fixture(scope="module")
def gym(tmp_path_factory: pytest.TempPathFactory) -> Gym:
    made = Gym(tmp_path_factory.mktemp("gym") / "whole", visits())
    made.predict(LAST)
    return made


def values(gym: Gym, tag: str, day: date) -> dict[int, float]:
    found = current_predictions(gym.warehouse.folder)
    assert found is not None
    with duckdb.connect(str(gym.warehouse.folder / found.file), read_only=True) as rows:
        return dict(rows.execute(f'SELECT member_id, value FROM "{tag}_{day:%Y_%m_%d}"').fetchall())


def answered(gym: Gym, day: date = LAST, **request: object) -> list[tuple[object, ...]]:
    """The rows of a request as of a day."""
    version = gym.warehouse.current()
    assert version is not None
    typed = REQUEST.validate_python({"kind": "metric_query", **request})
    compiled = compile_request(typed, Scope(gym.workspace, Grant(role="any"), version, day))
    files = gym.files
    engine = DuckDBEngine(files.pop(CATALOG), beside=files)
    try:
        return engine.run(compiled.sql("duckdb"), Limits()).values
    finally:
        engine.close()


class TestWorth:
    def test_it_is_shown_beside_the_base_rate_and_a_model_of_recency_alone(self, gym: Gym) -> None:
        made = gym.predict(LAST)["leaving"]
        quality = made.quality
        assert made.why is None
        assert quality is not None
        assert quality.auc is not None
        assert quality.auc_recency is not None
        assert quality.auc > quality.auc_recency > 0.6
        assert quality.error < quality.error_recency < quality.error_average
        assert quality.error_average == pytest.approx(quality.average * (1 - quality.average), abs=0.01)

    def test_it_is_calibrated(self, gym: Gym) -> None:
        quality = gym.predict(LAST)["leaving"].quality
        assert quality is not None
        assert len(quality.calibration) == 10
        assert sum(each.members for each in quality.calibration) == quality.members
        said = [each.predicted for each in quality.calibration]
        assert said == sorted(said)
        assert quality.off < 0.08

    def test_a_value_to_come_adds_up_to_about_what_comes(self, gym: Gym) -> None:
        made = gym.predict(LAST)["to_come"]
        assert made.why is None
        assert made.quality is not None
        predicted_mean = sum(each.predicted * each.members for each in made.quality.calibration) / made.quality.members
        assert predicted_mean == pytest.approx(made.quality.average, rel=0.15)

    def test_shuffled_targets_are_refused(self) -> None:
        drawn = np.random.default_rng(3)
        features = pd.DataFrame({"often": drawn.poisson(4, 1200), "kind": drawn.choice(["a", "b"], 1200)})
        target = (drawn.random(1200) < 1 / (1 + features["often"])).astype(float).to_numpy()
        recency, member = drawn.integers(0, 60, 1200).astype(float), np.arange(1200).astype(str)
        ways = {"true": target, "shuffled": drawn.permutation(target)}
        found = {}
        for name, each in ways.items():
            parts = [
                Sample(features[part], recency[part], each[part], member[part]) for part in (slice(0, 800), slice(800, 1200))
            ]
            found[name] = judged(parts[0], parts[1], "no_activity")
        assert found["true"].why is None
        assert found["shuffled"].why == "no_better"
        assert found["shuffled"].quality is not None

    @pytest.mark.parametrize(("members", "leaving"), [(150, 60), (400, 8)])
    def test_too_few_to_learn_from_are_refused(self, members: int, leaving: int) -> None:
        target = np.array([1.0] * leaving + [0.0] * (members - leaving))
        sample = Sample(pd.DataFrame({"x": np.arange(members)}), np.ones(members), target, np.arange(members).astype(str))
        assert judged(sample, sample, "no_activity") == ("too_few", None)

    def test_a_word_that_was_never_seen_counts_as_missing(self) -> None:
        drawn = np.random.default_rng(5)
        features = pd.DataFrame({"kind": drawn.choice(["a", "b"], 400), "often": drawn.poisson(3, 400)})
        known = Sample(features, np.ones(400), (features["kind"] == "a").astype(float).to_numpy(), np.arange(400).astype(str))
        strange = pd.DataFrame({"kind": ["a", "never seen", None], "often": [3, 3, 3]})
        found = predicted(known, strange, "no_activity")
        assert found[0] > 0.8
        assert found[1] == found[2]


class TestDays:
    def test_the_last_window_ends_on_the_day_and_those_before_do_not_reach_into_it(self) -> None:
        plan = plan_of(date(2025, 12, 31), 30, date(2025, 1, 1))
        assert plan is not None
        assert plan.later == date(2025, 12, 1)
        assert plan.earlier == (date(2025, 11, 1), date(2025, 10, 2), date(2025, 9, 2), date(2025, 8, 3))

    @pytest.mark.parametrize(("first", "fits"), [("2025-10-02", True), ("2025-10-03", False)])
    def test_it_takes_three_windows_of_data(self, first: str, fits: bool) -> None:
        assert (plan_of(date(2025, 12, 31), 30, date.fromisoformat(first)) is not None) == fits

    def test_too_short_a_time_is_said_in_days(self, gym: Gym) -> None:
        day = FIRST + timedelta(days=99)
        made = gym.predict(day)["to_come"]
        assert (made.why, made.has, made.needs) == ("too_short", 100, 181)

    def test_a_day_after_the_data_is_not_predicted_from_days_without_rows(self, gym: Gym) -> None:
        made = gym.predict(LAST + timedelta(days=40), "leaving")["leaving"]
        assert (made.why, made.has) == ("too_short", 300)

    def test_what_counts_more_days_than_there_are_is_no_feature(self, gym: Gym) -> None:
        tag = gym.workspace.tag("leaving")
        assert isinstance(tag, PredictiveTag)
        assert features_of(tag, gym.workspace, 60) == ("visits_60d", "visits_14d", "last_days", "likes")
        assert features_of(tag, gym.workspace, 59) == ("visits_14d", "last_days", "likes")


class TestNoLookingAhead:
    def test_later_rows_change_nothing(self, gym: Gym, tmp_path: Path) -> None:
        day = LAST - timedelta(days=60)
        until = [row for row in visits() if date.fromisoformat(row.split(",")[1]) <= day]
        later = visits(700, seed=99, first=day + timedelta(days=1), days=50)
        short, long = Gym(tmp_path / "short", until), Gym(tmp_path / "long", [*until, *later])
        assert short.predict(day)["leaving"].quality == long.predict(day)["leaving"].quality
        for tag in ("leaving", "to_come"):
            assert values(short, tag, day) == values(long, tag, day)

    def test_the_same_data_gives_the_same_figures(self, gym: Gym) -> None:
        before = values(gym, "leaving", LAST)
        gym.predict(LAST, "leaving", again=True)
        assert values(gym, "leaving", LAST) == before
        assert len(before) == len({row.split(",")[0] for row in visits()})
        assert all(0 <= each <= 1 for each in before.values())


class TestInQuestions:
    def test_tags_told_from_it_group_and_filter(self, gym: Gym) -> None:
        chances = values(gym, "leaving", LAST)
        sure = sum(each >= 0.5 for each in chances.values())
        request = {"metrics": ["member_profile.member"], "by": [{"kind": "tag", "name": "at_risk"}]}
        assert {row[0]: row[1] for row in answered(gym, **request)} == {True: sure, False: len(chances) - sure}
        paid = answered(gym, metrics=["paid"], where={"tag": "leaving", "at_least": 0.5})
        own = [row.split(",") for row in visits()]
        assert float(str(paid[0][0])) == pytest.approx(sum(float(row[3]) for row in own if chances[int(row[0])] >= 0.5))

    def test_a_day_without_a_prediction_is_refused_with_the_command(self, gym: Gym) -> None:
        with pytest.raises(RequestError) as refused:
            answered(gym, LAST - timedelta(days=3), metrics=["member_profile.member"], where={"tag": "leaving", "at_least": 0.5})
        assert refused.value.problem.code == "not_predicted"
        assert refused.value.problem.fix == "huaxiang tags refresh --as-of 2025-10-24"

    def test_one_that_is_no_better_is_refused_with_the_reason(self, gym: Gym) -> None:
        day = FIRST + timedelta(days=99)
        gym.predict(day)
        with pytest.raises(RequestError) as refused:
            answered(gym, day, metrics=["member_profile.member"], where={"tag": "to_come", "at_least": 10})
        assert refused.value.problem.code == "no_prediction"
        assert refused.value.problem.parts["because"] == "too_short"

    def test_another_definition_does_not_count(self, gym: Gym) -> None:
        text = (gym.folder / "model.yaml").read_text("utf-8").replace("window: {days: 14}", "window: {days: 15}")
        from semantic_layer.loading.loader import parse_workspace

        other = parse_workspace({"model.yaml": text})
        scope = Scope(other, Grant(role="any"), gym.warehouse.current() or gym.version, LAST)
        request = {"kind": "metric_query", "metrics": ["member_profile.member"], "where": {"tag": "leaving", "at_least": 0.5}}
        with pytest.raises(RequestError, match="was not predicted"):
            compile_request(REQUEST.validate_python(request), scope)


class TestKeeping:
    def test_what_was_trained_is_not_trained_again(self, gym: Gym) -> None:
        first = gym.predict(LAST, "leaving")["leaving"]
        assert gym.predict(LAST, "leaving")["leaving"] == first

    def test_a_training_that_fails_leaves_what_there_was(self, gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
        before = current_predictions(gym.warehouse.folder)
        monkeypatch.setattr("semantic_layer.tags.training.predicted", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            gym.predict(LAST, "leaving", again=True)
        assert current_predictions(gym.warehouse.folder) == before
        assert not list(gym.warehouse.folder.glob("*.draft*"))

    def test_one_file_is_kept_with_the_latest_days(self, gym: Gym, tmp_path: Path) -> None:
        one = gym.predict(LAST, "leaving")["leaving"]
        frame = pd.DataFrame({"member_id": [1], "value": [0.5]})
        for number in range(27):
            keep_predictions(tmp_path, {one.model_copy(update={"as_of": LAST + timedelta(days=number)}): frame})
        found = current_predictions(tmp_path)
        assert found is not None
        assert [each.as_of for each in found.made] == [LAST + timedelta(days=number) for number in range(3, 27)]
        assert [path.name for path in tmp_path.glob("predictions_*")] == [found.file]
        with duckdb.connect(str(tmp_path / found.file), read_only=True) as rows:
            assert len(rows.execute("SHOW TABLES").fetchall()) == 24
