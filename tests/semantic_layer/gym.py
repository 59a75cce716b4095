"""A gym whose members come at rates of their own, so that how often one comes tells more than when one last came."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np

from semantic_layer.data_version import DataVersion
from semantic_layer.engines.duckdb import CATALOG
from semantic_layer.loading.loader import parse_workspace
from semantic_layer.predictions import Prediction
from semantic_layer.tags.predicting import predict_all
from semantic_layer.warehouse import Warehouse

MODEL = """
workspace: {name: gym, as_of: latest, default_period: all, key_metrics: [paid]}
sources: [{name: visits, file: visits.csv}]
entities: [{name: member, key: member_id, label: {zh: 会员, en: Member}, count: members}]
datasets:
  - name: visits
    label: {zh: 到访, en: Visits}
    entities: {member: member_id}
    time: day
    fields: [{name: day, type: date}, {name: course}]
metrics:
  - {name: visits, label: {zh: 到访次数, en: Visits}, dataset: visits, agg: count}
  - {name: paid, label: {zh: 付款额, en: Payments}, dataset: visits, agg: sum, expr: amount}
  - {name: members, label: {zh: 会员数, en: Members}, dataset: visits, agg: count_distinct, expr: member_id}
tags:
  - {name: visits_60d, entity: member, type: count, measure: {metric: visits, window: {days: 60}}}
  - {name: visits_14d, entity: member, type: count, measure: {metric: visits, window: {days: 14}}}
  - {name: last_days, entity: member, type: count, occurrence: {dataset: visits, take: last, give: days_since}}
  - {name: likes, entity: member, preference: {by: course, metric: visits}}
  - name: leaving
    label: {zh: 流失可能, en: Chance of leaving}
    entity: member
    type: fraction
    predictive: {target: no_activity, metric: visits, horizon_days: 30}
  - name: to_come
    label: {zh: 预计付款, en: Expected payments}
    entity: member
    type: decimal
    predictive: {target: future_value, metric: paid, horizon_days: 60}
  - name: at_risk
    label: {zh: 可能流失, en: At risk}
    entity: member
    type: boolean
    rules: [{value: true, when: {tag: leaving, at_least: 0.5}}, {value: false}]
"""
FIRST, DAYS = date(2025, 1, 1), 300
LAST = FIRST + timedelta(days=DAYS - 1)


def visits(members: int = 500, seed: int = 7, first: date = FIRST, days: int = DAYS) -> list[str]:
    """Rows of visits: each member comes at a rate of its own, without memory."""
    drawn = np.random.default_rng(seed)
    rows: list[str] = []
    for member, rate in enumerate(drawn.lognormal(-3.0, 1.1, members)):
        comes = drawn.random(days) < min(rate, 0.9)
        price = round(float(drawn.lognormal(2.5, 0.6)), 2)
        rows += [
            f"{member},{first + timedelta(days=int(day))},{'yoga' if member % 3 else 'boxing'},{price}"
            for day in np.flatnonzero(comes)
        ]
    return rows


class Gym:
    def __init__(self, folder: Path, rows: list[str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        (folder / "model.yaml").write_text(MODEL, "utf-8")
        (folder / "visits.csv").write_text("\n".join(["member_id,day,course,amount", *rows]) + "\n", "utf-8")
        self.workspace = parse_workspace({"model.yaml": MODEL})
        self.warehouse = Warehouse(self.workspace, folder, folder / "versions")
        self.version: DataVersion = self.warehouse.load()

    @property
    def files(self) -> dict[str, Path]:
        return {CATALOG: self.warehouse.file_of(self.version.id), **self.warehouse.files_beside()}

    def predict(self, as_of: date, *names: str, again: bool = False) -> dict[str, Prediction]:
        made = predict_all(self.workspace, self.version, self.files, self.warehouse.folder, as_of, names or None, again)
        return {each.tag: each for each in made}
