"""Audiences of a small shop: who is left out by which rule, who is held back, what leaves, and what is remembered of it.

Ten customers. 1-8 are regulars (bought twice); 2 and 3 gave no consent (3 said nothing), 4 is on the list of those who want no
mail, 5 was sent something on March 20 and 3 as well, 6 on January 5, 7 on the last day. "Today" is 2025-03-31.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from assistant.audiences import export as exporting
from assistant.audiences.export import Exported, export_audience
from assistant.audiences.secret import export_secret
from assistant.cli.main import app
from assistant.runtime import Runtime
from assistant.settings import Settings
from semantic_layer.errors import DataError, RequestError
from semantic_layer.policy import Viewer
from semantic_layer.requests import MetricQuery
from tools.audiences import audience, run
from tools.requests import AudienceQuery
from tools.split import hashed, is_control

MODEL = """
workspace: {name: stall, as_of: 2025-03-31, default_period: all, key_metrics: [sales]}
sources:
  - {name: lines, file: lines.csv}
  - {name: customers, file: customers.csv}
  - {name: sends, file: sends.csv}
datasets:
  - name: lines
    entities: {customer: customer_id}
    time: sold_on
    fields: [{name: sold_on, type: date}]
  - name: customers
    grain: [customer_id]
    entities: {customer: customer_id}
    fields: [{name: city}, {name: motto}, {name: opted_in, type: boolean}]
  - name: sends
    entities: {customer: customer_id}
    time: sent_on
    fields: [{name: sent_on, type: date}, {name: kind}]
metrics:
  - {name: sales, dataset: lines, agg: sum, expr: amount}
  - {name: purchases, dataset: lines, agg: count}
  - {name: buyers, dataset: lines, agg: count_distinct, expr: customer_id}
entities: [{name: customer, key: customer_id, count: buyers}]
tags:
  - {name: no_mail, label: {zh: 拒收名单, en: No-mail list}, entity: customer, list: no_mail}
  - {name: bought, label: {zh: 购买次数, en: Purchases made}, entity: customer, measure: {metric: purchases}, type: count}
  - {name: loyalty, entity: customer, rules: [{value: regular, when: {tag: bought, at_least: 2}}, {value: passer}]}
  - {name: spent, entity: customer, measure: {metric: sales}, type: decimal, sensitivity: restricted}
  - {name: of_town, entity: customer, attribute: city, sensitivity: public}
  - {name: says, entity: customer, attribute: motto}
segments:
  - {name: regulars, label: {zh: 老客, en: Regulars}, entity: customer, rule: {tag: loyalty, is: regular}}
  - {name: big_spenders, entity: customer, rule: {tag: spent, more_than: 1}}
suppressions:
  - {name: consent, label: {zh: 未同意, en: No consent}, entity: customer, consent: {field: opted_in, is: true}}
  - {name: no_mail, label: {zh: 拒收名单, en: No-mail list}, entity: customer, list: no_mail}
  - {name: sent, label: {zh: 发送过, en: Sent something}, entity: customer, contacts: {dataset: sends, days: 14}}
  - {name: of_ulm, entity: customer, when: {tag: of_town, is: Ulm}}
roles:
  - {name: owner, default: true, export: {ids: raw, sensitivity: restricted}}
  - {name: mailer, hide: [customer_id, motto]}
  - {name: careful, hide: [customer_id], minimum_group: {entity: customer, size: 2}}
  - {name: reader, may_export: false, export: {ids: raw}}
  - {name: local, datasets: {lines: {rows: {field: customer.city, is: Ulm}}}, only_these: false, export: {ids: raw}}
"""
LINES = "sold_on,customer_id,amount\n" + "".join(
    f"2025-0{month}-10,{who},10\n" for who in range(1, 11) for month in ((1, 2) if who < 9 else (1,))
)
CUSTOMERS = (
    "customer_id,city,motto,opted_in\n"
    "1,Ulm,=1+1,true\n2,Ulm,plain,false\n3,Ulm,plain,\n4,Ulm,plain,true\n5,Bonn,plain,true\n"
    '6,Bonn,"a ""word"", two",true\n7,Bonn,plain,true\n8,Bonn,@home,true\n9,Bonn,plain,true\n10,Ulm,plain,true\n'
)
SENDS = "sent_on,customer_id,kind\n2025-03-20,5,mail\n2025-03-20,3,mail\n2025-01-05,6,mail\n2025-03-31,7,call\n"
REGULARS = {"entity": "customer", "where": {"segment": "regulars"}}


@pytest.fixture
def stall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the shop, loaded into a home of its own, with the list of those who want no mail."""
    monkeypatch.setenv("HUAXIANG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HUAXIANG_MODEL", "")
    folder = tmp_path / "stall"
    folder.mkdir()
    for name, text in {"model.yaml": MODEL, "lines.csv": LINES, "customers.csv": CUSTOMERS, "sends.csv": SENDS}.items():
        (folder / name).write_text(text, "utf-8")
    (tmp_path / "ids.csv").write_text("customer_id\n4\n", "utf-8")
    assert huaxiang(folder, "data", "load").exit_code == 0
    assert huaxiang(folder, "segments", "import", "no_mail", str(tmp_path / "ids.csv")).exit_code == 0
    return folder


@pytest.fixture
def runtime(stall: Path) -> Runtime:
    return Runtime(str(stall), Settings())


def huaxiang(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--workspace", str(folder)])


def asked(**changes: Any) -> AudienceQuery:
    return AudienceQuery.model_validate({**REGULARS, **changes})


def who(runtime: Runtime, role: str | None = None, **changes: Any) -> list[Any]:
    """The keys of those who would leave."""
    return [key for (key,) in audience(asked(**changes), runtime.context(runtime.scope(Viewer(role=role)))).keys]


def out(runtime: Runtime, **changes: Any) -> dict[str, int]:
    """How many each rule leaves out."""
    found = audience(asked(**changes), runtime.context(runtime.scope(Viewer())))
    return {each.rule.name: each.members for each in found.fallen}


def left(runtime: Runtime, role: str | None = None, out_file: Path | None = None, **changes: Any) -> Exported:
    return export_audience(asked(**changes), runtime, Viewer(role=role, user="ann"), out=out_file)


def refusal(runtime: Runtime, role: str, **changes: Any) -> str:
    with pytest.raises(RequestError) as caught:
        who(runtime, role, **changes)
    return caught.value.problem.code


class TestWhoIsLeftOut:
    def test_who_gave_no_consent_or_said_nothing_never_leaves(self, runtime: Runtime) -> None:
        assert who(runtime) == [1, 4, 5, 6, 7, 8]
        assert out(runtime) == {"consent": 2}

    def test_rules_count_in_their_order_and_each_one_once(self, runtime: Runtime) -> None:
        """3 has no consent and was sent something on March 20: the first rule that meets it counts."""
        assert out(runtime, suppress=["no_mail", "sent"]) == {"consent": 2, "no_mail": 1, "sent": 2}
        assert out(runtime, suppress=["of_ulm", "no_mail"]) == {"consent": 2, "of_ulm": 2, "no_mail": 0}
        assert who(runtime, suppress=["no_mail", "sent"]) == [1, 6, 8]

    @pytest.mark.parametrize(("days", "left_out"), [(1, {7}), (11, {7}), (12, {5, 7}), (86, {5, 6, 7}), (85, {5, 7})])
    def test_the_last_days_end_on_today(self, runtime: Runtime, days: int, left_out: set[int]) -> None:
        """March 20 is among the last 12 days, January 5 among the last 86."""
        assert {1, 4, 5, 6, 7, 8} - {*who(runtime, not_contacted_in=days)} == left_out

    def test_the_parts_are_the_size_of_the_segment(self, runtime: Runtime) -> None:
        context = runtime.context(runtime.scope(Viewer()))
        answer = run(asked(suppress=["no_mail"], not_contacted_in=14), context)
        check = answer.evidence.checks[0]
        assert (check.parts, check.whole, check.holds) == (8, 8, True)
        assert answer.main is not None
        assert answer.main.rows == (
            ("group", 8, 8), ("consent", 2, 6), ("no_mail", 1, 5), ("sent", 2, 3), ("exported", 3, 3)
        )  # fmt: skip

    def test_a_segment_may_be_left_out_by_name_and_a_name_that_is_none_is_told(self, runtime: Runtime) -> None:
        one = {"kind": "compare", "left": {"kind": "field", "name": "city"}, "op": "eq", "right": "Ulm"}
        assert out(runtime, where=one, suppress=["regulars"]) == {"consent": 2, "regulars": 2}
        assert who(runtime, where=one, suppress=["regulars"]) == [10]
        with pytest.raises(RequestError) as caught:
            who(runtime, suppress=["no_mial"])
        assert caught.value.problem.code == "unknown_suppression"
        assert "no_mail" in caught.value.problem.fix

    def test_contacts_that_a_role_does_not_see_were_contacts_all_the_same(self, runtime: Runtime) -> None:
        scope = runtime.scope(Viewer())
        blind = replace(scope, grant=scope.grant.model_copy(update={"denied": frozenset({"sends"})}))
        found = audience(asked(not_contacted_in=14), runtime.context(blind))
        assert [key for (key,) in found.keys] == [1, 4, 6, 8]

    def test_a_role_exports_those_alone_whom_its_rows_are_about(self, runtime: Runtime) -> None:
        assert who(runtime, "local") == [1, 4]

    def test_nobody_left_is_said(self, runtime: Runtime) -> None:
        assert refusal(runtime, "owner", not_contacted_in=90, suppress=["no_mail", "of_ulm", "regulars"]) == "export_empty"


class TestTheSplit:
    @given(st.lists(st.integers(), unique=True, max_size=60), st.integers(0, 5), st.floats(0.01, 0.99), st.randoms())
    def test_a_side_depends_on_seed_and_key_alone(self, keys: list[int], seed: int, share: float, random: Any) -> None:
        sides = {key: is_control((key,), seed, share) for key in keys}
        shuffled = [*keys, -1, -2]
        random.shuffle(shuffled)
        assert {key: is_control((key,), seed, share) for key in shuffled if key in sides} == sides

    @given(st.integers(), st.floats(0.01, 0.5), st.floats(0.5, 0.99))
    def test_a_larger_share_holds_back_the_same_ones_and_more(self, key: int, small: float, large: float) -> None:
        assert not is_control((key,), 1, small) or is_control((key,), 1, large)

    def test_the_share_is_about_what_was_asked_and_seeds_differ(self) -> None:
        held = {seed: {key for key in range(20_000) if is_control((key,), seed, 0.1)} for seed in (1, 2)}
        assert all(len(each) == pytest.approx(2_000, rel=0.1) for each in held.values())
        assert len(held[1] & held[2]) == pytest.approx(200, rel=0.35)

    def test_the_preview_says_which_share_came_about(self, runtime: Runtime) -> None:
        answer = run(asked(control=0.5, seed=3), runtime.context(runtime.scope(Viewer())))
        parts = answer.findings[0].parts
        assert parts["treatment"] + parts["control"] == parts["exported"] == 6
        assert parts["share"] == parts["control"] / 6

    def test_hashed_keys_need_the_secret(self, tmp_path: Path) -> None:
        one, other = export_secret(tmp_path / "one"), export_secret(tmp_path / "other")
        assert export_secret(tmp_path / "one") == one
        assert hashed((7,), one, "customer") != hashed((7,), other, "customer")
        assert hashed((7,), one, "customer") != hashlib.sha256(b"7").hexdigest()
        assert (tmp_path / "one/secrets/export.key").stat().st_mode & 0o077 == 0


class TestPolicy:
    def test_keys_leave_hashed_where_a_role_says_nothing_else(self, runtime: Runtime) -> None:
        assert refusal(runtime, "mailer", ids="raw") == "export_raw"
        assert who(runtime, "mailer") == [1, 4, 5, 6, 7, 8]
        text = left(runtime, "mailer").files["csv"].read_text("utf-8-sig")
        assert text.splitlines()[0] == '"customer_hash"'
        assert all(len(line) == 66 for line in text.splitlines()[1:])

    def test_who_may_not_export_is_refused(self, runtime: Runtime) -> None:
        assert refusal(runtime, "reader") == "export_denied"

    def test_what_a_role_may_not_see_does_not_go_along(self, runtime: Runtime) -> None:
        assert refusal(runtime, "mailer", columns=[{"kind": "tag", "name": "says"}]) == "field_hidden"
        key = {"kind": "compare", "left": {"kind": "field", "name": "customer_id"}, "op": "eq", "right": 7}
        assert refusal(runtime, "mailer", where={"kind": "and", "of": [key, {"segment": "regulars"}]}) == "field_hidden"

    def test_restricted_tags_leave_with_those_who_may_alone(self, runtime: Runtime) -> None:
        spent = [{"kind": "tag", "name": "spent"}]
        assert refusal(runtime, "mailer", columns=spent) == "export_sensitive"
        assert refusal(runtime, "mailer", where={"segment": "big_spenders"}) == "export_sensitive"
        assert who(runtime, "owner", columns=spent) == [1, 4, 5, 6, 7, 8]

    def test_a_group_that_is_too_small_does_not_leave(self, runtime: Runtime) -> None:
        assert refusal(runtime, "careful", not_contacted_in=90, suppress=["of_ulm"]) == "too_small"
        assert refusal(runtime, "careful", columns=[{"kind": "tag", "name": "says"}]) == "export_singles_out"
        assert who(runtime, "careful", columns=[{"kind": "tag", "name": "of_town"}]) == [1, 4, 5, 6, 7, 8]

    def test_counts_of_too_few_are_withheld(self, runtime: Runtime) -> None:
        context = runtime.context(runtime.scope(Viewer(role="careful")))
        parts = run(asked(suppress=["no_mail"]), context).findings[0].parts
        assert parts["exported"] == 5
        assert not {"size", "fallen", "left_out"} & {*parts}


class TestTheFile:
    def test_csv_has_the_mark_and_no_text_that_a_spreadsheet_computes(self, runtime: Runtime) -> None:
        columns = [{"kind": "tag", "name": "says"}, {"kind": "tag", "name": "bought"}]
        done = left(runtime, ids="raw", columns=columns, control=0.5, seed=1)
        content = done.files["csv"].read_bytes()
        assert content.startswith(codecs.BOM_UTF8)
        assert content.count(b"\r\n") == 7
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        assert rows[0] == ["customer_id", "says", "bought", "group"]
        assert [row[:3] for row in rows[1:]] == [
            ["1", "'=1+1", "2"], ["4", "plain", "2"], ["5", "plain", "2"], ["6", 'a "word", two', "2"], ["7", "plain", "2"], ["8", "'@home", "2"]
        ]  # fmt: skip
        assert [row[3] for row in rows[1:]] == [
            "control" if is_control((key,), 1, 0.5) else "treatment" for key in (1, 4, 5, 6, 7, 8)
        ]

    def test_parquet_has_the_values_as_they_are(self, runtime: Runtime, tmp_path: Path) -> None:
        columns = [{"kind": "tag", "name": "says"}, {"kind": "tag", "name": "spent"}]
        request = asked(ids="raw", columns=columns)
        done = export_audience(request, runtime, Viewer(), ("parquet",), tmp_path / "mail.parquet")
        rows = pq.read_table(done.files["parquet"]).to_pylist()
        assert rows[0] == {"customer_id": 1, "says": "=1+1", "spent": 20}
        assert len(rows) == 6
        assert (tmp_path / "mail.manifest.json").is_file()

    def test_the_manifest_says_how_it_came_about(self, runtime: Runtime) -> None:
        done = left(runtime, name="March mail", suppress=["no_mail"], not_contacted_in=14, control=0.5, seed=1)
        about = json.loads(done.manifest.read_text("utf-8"))
        assert (about["name"], about["as_of"], about["data_version"]) == ("march_mail_audience", "2025-03-31", "facts_0001")
        assert about["rule"]["en"] == "segment Regulars"
        assert "segment: regulars" in about["rule"]["yaml"] and "tag: loyalty" in about["rule"]["yaml"]
        assert about["counts"] == {"size": 8, "left_out": 5, "exported": 3}
        assert [(each["rule"], each["members"]) for each in about["left_out_by"]] == [("consent", 2), ("no_mail", 1), ("sent", 2)]
        assert (about["ids"], about["columns"]) == ("hashed", ["customer_hash", "group"])
        assert about["split"]["treatment"] + about["split"]["control"] == 3
        file = done.files["csv"]
        assert about["files"] == [
            {"file": file.name, "form": "csv", "rows": 3, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
        ]
        line = json.loads((runtime.settings.home / "audit/exports.jsonl").read_text("utf-8").splitlines()[-1])
        assert (line["event"], line["user"], line["exported"], line["name"]) == ("exported", "ann", 3, "march_mail_audience")

    @pytest.mark.parametrize("step", ["record", "manifest_of", "sha256_of", "place"])
    def test_whatever_fails_nothing_is_left_of_it(self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
        def fail(*_: Any, **__: Any) -> Any:
            raise OSError("no room")

        if step == "place":
            whole = Path.replace

            def put(path: Path, to: Path) -> Path:
                return fail() if path.suffix == ".part" else whole(path, to)

            monkeypatch.setattr(Path, "replace", put)
        else:
            monkeypatch.setattr(exporting, step, fail)
        with pytest.raises(DataError) as caught:
            left(runtime, name="March mail")
        monkeypatch.undo()
        assert caught.value.problem.code == "not_written"
        assert list(exporting.exports_folder(runtime).glob("*")) == []
        lists = runtime.warehouse.lists()
        assert lists is not None and lists.exports == ()

    def test_a_file_that_is_there_stays(self, runtime: Runtime, tmp_path: Path) -> None:
        (tmp_path / "mail.csv").write_text("mine", "utf-8")
        with pytest.raises(DataError) as caught:
            left(runtime, out_file=tmp_path / "mail.csv")
        assert caught.value.problem.code == "file_exists"
        assert (tmp_path / "mail.csv").read_text("utf-8") == "mine"


class TestWhatIsRemembered:
    def test_who_left_was_contacted_and_who_was_held_back_was_not(self, runtime: Runtime) -> None:
        left(runtime, name="March mail", control=0.5, seed=1)
        held = [key for key in (1, 4, 5, 6, 7, 8) if is_control((key,), 1, 0.5)]
        assert who(runtime, suppress=["march_mail_audience"]) == held
        again = out(runtime, not_contacted_in=1)
        assert again == {"consent": 2, "sent": 1, "exports": len({1, 4, 5, 6, 7, 8} - {*held, 7})}

    def test_an_audience_is_a_segment_that_stays_the_same(self, runtime: Runtime) -> None:
        left(runtime, name="March mail", suppress=["no_mail"])
        scope = runtime.scope(Viewer())
        sizes = MetricQuery.model_validate(
            {"metrics": ["customer_profile.customer"], "where": {"segment": "march_mail_audience"}}
        )
        spent = MetricQuery.model_validate({"metrics": ["sales"], "where": {"segment": "march_mail_audience"}})
        context = runtime.context(scope)
        assert context.run(context.compile(sizes), "size").table().rows == ((5,),)
        assert context.run(context.compile(spent), "sales").table().rows == ((100,),)
        kept = scope.workspace.segment("march_mail_audience")
        assert kept is not None and (kept.label_in("en"), kept.label_in("zh")) == ("March mail audience", "March mail人群包")

    def test_the_same_name_twice_gets_a_number(self, runtime: Runtime) -> None:
        names = [left(runtime, name=name).facts.name for name in ("March mail", "March mail", "三月", "regulars")]
        assert names == ["march_mail_audience", "march_mail_audience_2", "audience_1", "regulars_audience"]

    def test_asking_once_more_gives_what_has_left(self, runtime: Runtime) -> None:
        first = export_audience(asked(not_contacted_in=30), runtime, Viewer(), asked="talk/1")
        second = export_audience(asked(not_contacted_in=30), runtime, Viewer(), asked="talk/1")
        assert (second.files, second.manifest, second.facts.name) == (first.files, first.manifest, first.facts.name)
        lists = runtime.warehouse.lists()
        assert lists is not None and len(lists.exports) == 1


class TestTheCommand:
    def test_it_says_who_was_left_out_and_lists_what_has_left(self, stall: Path, tmp_path: Path) -> None:
        done = huaxiang(
            stall, "segments", "export", "regulars", "--tags", "loyalty,city", "--suppress", "no_mail", "--not-contacted-in", "14",
            "--control", "50%", "--seed", "1", "--name", "March mail", "--out", str(tmp_path / "mail.csv"),
        )  # fmt: skip
        assert done.exit_code == 0, done.output
        assert [line.split()[-1] for line in done.output.splitlines()[:1]] == ["8"]
        assert "No consent" in done.output and "Sent something (last 14 days)" in done.output
        assert (tmp_path / "mail.csv").read_text("utf-8-sig").startswith('"customer_hash","loyalty","city","group"')
        listed = huaxiang(stall, "segments", "exports", "--format", "json")
        assert [(each["name"], each["treated"] + each["control"]) for each in json.loads(listed.stdout)] == [
            ("march_mail_audience", 3)
        ]
        assert huaxiang(stall, "segments", "size", "march_mail_audience").exit_code == 0

    def test_a_value_of_a_tag_is_a_group_too_and_a_trial_writes_nothing(self, stall: Path) -> None:
        done = huaxiang(stall, "segments", "export", "loyalty=regular", "--dry-run", "--json")
        assert json.loads(done.stdout)["exported"] == 6
        assert json.loads(huaxiang(stall, "segments", "exports", "--format", "json").stdout) == []

    @pytest.mark.parametrize(
        ("arguments", "code", "said"),
        [
            (["regular"], 2, "Did you mean 'regulars'?"),
            (["regulars", "--ids", "raw", "--role", "mailer"], 2, "may not export the keys"),
            (["regulars", "--control", "150%"], 2, "--control is a share"),
            (["regulars", "--format", "xlsx"], 2, "csv or parquet"),
            (["regulars", "--not-contacted-in", "0"], 2, "--not-contacted-in"),
            (["regulars", "--tags", "colour"], 2, "there is no field 'colour'"),
        ],
    )
    def test_what_is_wrong_is_told(self, stall: Path, arguments: list[str], code: int, said: str) -> None:
        done = huaxiang(stall, "segments", "export", *arguments)
        assert (done.exit_code, said in " ".join(done.output.split())) == (code, True), done.output
