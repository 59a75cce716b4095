"""The state store: brought up to date from any version, private, shared by processes; conversations and feedback in it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlalchemy import URL, Connection, Engine, event, inspect, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql.base import RESERVED_WORDS
from sqlalchemy.sql.elements import TextClause
from sqlglot import exp

from assistant.conversation import Mention, Turn
from assistant.reply import Reply
from assistant.settings import Settings
from assistant.state import conversations as conversations_module
from assistant.state import store as store_module
from assistant.state.conversations import Conversations, delete_older
from assistant.state.feedback import FeedbackList
from assistant.state.store import MIGRATIONS, Store
from semantic_layer.errors import DataError

ROOT = Path(__file__).parents[2]
REQUEST = {"kind": "metric_query", "metrics": ["sales"]}
ODD = ["销售额", "🙂👨‍👩‍👧", "e\u0301", "\u202eabc", "a\nb\t\"'\\", "%_!", "\u2028", "x" * 5000, "ＡＢＣ", "\ufeff"]
LOST = "\N{REPLACEMENT CHARACTER}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "state.db"


@pytest.fixture
def open_store(path: Path) -> Iterator[Callable[[], Store]]:
    """Opens the same file each time it is called."""
    opened: list[Store] = []

    def open_it() -> Store:
        opened.append(Store.open(Settings(home=path.parent, state_url="")))
        return opened[-1]

    yield open_it
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Callable[[], Store]) -> Store:
    return open_store()


@pytest.fixture
def mine(store: Store) -> Conversations:
    return Conversations(store, "me")


@pytest.fixture
def list_(store: Store) -> FeedbackList:
    return FeedbackList(store, "shop")


def problem_of(url: str | URL) -> Any:
    with pytest.raises(DataError) as caught:
        Store(url)
    return caught.value.problem


def tables(store: Store) -> set[str]:
    with store.read() as connection:
        return set(inspect(connection).get_table_names())


def answered(question: str = "sales", **more: Any) -> Turn:
    return Turn(question=question, outcome="answered", request=REQUEST, **more)


def reply(answer: str = "150", **more: Any) -> Reply:
    return Reply(status="answered", answer=answer, **more)


def ask(conversations: Conversations, conversation: str, *questions: str) -> None:
    first = len(conversations.turns(conversation))
    for number, question in enumerate(questions, first):
        conversations.started(conversation, number, question, "grant")
        conversations.finished(conversation, number, answered(question), reply())


def ids(conversations: Conversations, **options: Any) -> list[str]:
    return [each.id for each in conversations.listed(**{"most": 100, **options})]


class TestMigrations:
    def test_an_empty_file_gets_all_tables(self, store: Store) -> None:
        assert tables(store) >= {"conversations", "turns", "feedback", "state_version"}

    @pytest.mark.parametrize("version", range(len(MIGRATIONS)))
    def test_every_earlier_version_is_brought_up_to_date(
        self, open_store: Callable[[], Store], monkeypatch: pytest.MonkeyPatch, version: int
    ) -> None:
        monkeypatch.setattr(store_module, "MIGRATIONS", MIGRATIONS[:version])
        earlier = open_store()
        if version:
            ask(Conversations(earlier, "me"), "c", "kept from before")
        monkeypatch.setattr(store_module, "MIGRATIONS", MIGRATIONS)
        store = open_store()
        assert [each.asked for each in Conversations(store, "me").turns("c")] == (["kept from before"] if version else [])
        FeedbackList(store, "shop").give(conversation="c", number=0, given_by="me", kind="up")
        with store.read() as connection:
            versions = connection.execute(text("SELECT version FROM state_version ORDER BY version")).scalars().all()
        assert versions == list(range(1, len(MIGRATIONS) + 1))

    def test_opening_again_changes_nothing(self, open_store: Callable[[], Store]) -> None:
        ask(Conversations(open_store(), "me"), "c", "first")
        assert [each.asked for each in Conversations(open_store(), "me").turns("c")] == ["first"]

    def test_a_later_version_is_refused_with_the_cure(
        self, path: Path, open_store: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def later(connection: Connection) -> None:
            connection.execute(text("ALTER TABLE turns ADD COLUMN mood TEXT"))

        monkeypatch.setattr(store_module, "MIGRATIONS", (*MIGRATIONS, later))
        open_store()
        monkeypatch.setattr(store_module, "MIGRATIONS", MIGRATIONS)
        problem = problem_of(f"sqlite:///{path}")
        assert problem.code == "no_state"
        assert f"version {len(MIGRATIONS) + 1}" in problem.what
        assert "update it" in problem.fix

    def test_one_that_fails_leaves_nothing_behind(
        self, path: Path, open_store: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def failing(connection: Connection) -> None:
            connection.execute(text("CREATE TABLE half_done (a INTEGER)"))
            connection.execute(text("no statement at all"))

        monkeypatch.setattr(store_module, "MIGRATIONS", (*MIGRATIONS, failing))
        assert problem_of(f"sqlite:///{path}").code == "no_state"
        monkeypatch.setattr(store_module, "MIGRATIONS", MIGRATIONS)
        store = open_store()
        assert "half_done" not in tables(store)
        assert "conversations" in tables(store)


class TestOpening:
    def test_a_broken_file_is_named_with_the_cure(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_bytes(b"this was never a database" * 100)
        problem = problem_of(f"sqlite:///{path}")
        assert problem.code == "no_state"
        assert f"If {path} is damaged, move it away" in problem.fix

    def test_a_file_of_another_program_is_left_as_it_is(self, path: Path) -> None:
        import sqlite3

        path.parent.mkdir()
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE conversations (mine INTEGER)")
        other.close()
        assert problem_of(f"sqlite:///{path}").code == "no_state"
        with sqlite3.connect(path) as other:
            found = other.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        other.close()
        assert found == [("conversations",)]

    def test_a_folder_that_cannot_be_written_is_named_with_the_cure(self, tmp_path: Path) -> None:
        (tmp_path / "a file").write_text("", "utf-8")
        with pytest.raises(DataError) as caught:
            Store.open(Settings(home=tmp_path / "a file" / "home", state_url=""))
        assert str(tmp_path / "a file" / "home" / "state.db") in caught.value.problem.what
        assert "HUAXIANG_HOME" in caught.value.problem.fix

    @pytest.mark.parametrize("url", ["no url", "nosuch://host/db", "postgresql+nosuch://host/db"])
    def test_an_address_that_leads_nowhere_is_refused(self, url: str) -> None:
        assert problem_of(url).code == "no_state"

    def test_no_problem_tells_the_password(self) -> None:
        problem = problem_of("postgresql+nosuch://somebody:s3cret@host/db")
        assert "s3cret" not in str(problem)

    def test_a_folder_with_signs_that_mean_something_in_an_address(self, tmp_path: Path) -> None:
        home = tmp_path / "what? 100% #1 画像"
        Store.open(Settings(home=home, state_url="")).close()
        assert (home / "state.db").is_file()

    def test_its_files_are_readable_by_their_owner_alone(self, path: Path, mine: Conversations) -> None:
        ask(mine, "c", "first")
        files = list(path.parent.glob("state.db*"))
        assert path in files
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}

    def test_so_is_a_file_that_is_named_by_its_address(self, tmp_path: Path) -> None:
        Store(f"sqlite:///{tmp_path / 'named.db'}").close()
        assert (tmp_path / "named.db").stat().st_mode & 0o777 == 0o600

    def test_a_file_that_others_could_read_is_closed_to_them(self, path: Path, open_store: Callable[[], Store]) -> None:
        open_store()
        path.chmod(0o644)
        open_store()
        assert path.stat().st_mode & 0o777 == 0o600


class TestManyAtOnce:
    WRITER = """
import sys
from pathlib import Path
from assistant.settings import Settings
from assistant.state.conversations import Conversations
from assistant.state.store import Store
home, name = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
conversations = Conversations(Store.open(Settings(home=Path(home), state_url="")), "me")
for number in range(25):
    conversations.started(name, number, f"{name} {number}", "grant")
"""

    def test_processes_that_start_together_migrate_once_and_all_write(self, path: Path, open_store: Callable[[], Store]) -> None:
        names = ["a", "b", "c"]
        command = [sys.executable, "-c", self.WRITER, str(path.parent)]
        pipe = subprocess.PIPE
        started = [
            subprocess.Popen([*command, name], stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=ROOT) for name in names
        ]
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in started:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        ended = [process.communicate(timeout=60) for process in started]
        assert [error for _, error in ended] == ["", "", ""]
        conversations = Conversations(open_store(), "me")
        for name in names:
            assert [each.asked for each in conversations.turns(name)] == [f"{name} {number}" for number in range(25)]

    def test_a_new_file_is_opened_by_many_at_the_same_moment(self, tmp_path: Path) -> None:
        barrier = threading.Barrier(6)

        def open_it(path: Path) -> None:
            barrier.wait()
            Store(f"sqlite:///{path}").close()

        with ThreadPoolExecutor(6) as threads:
            for number in range(40):
                list(threads.map(open_it, [tmp_path / f"{number}.db"] * 6))
        assert len(list(tmp_path.glob("*.db"))) == 40

    def test_threads_that_begin_one_conversation_make_one(self, mine: Conversations) -> None:
        barrier = threading.Barrier(6)

        def begin(number: int) -> None:
            barrier.wait()
            mine.started("shared", number, str(number), "grant")

        with ThreadPoolExecutor(6) as threads:
            list(threads.map(begin, range(6)))
        assert ids(mine) == ["shared"]

    def test_a_reader_does_not_wait_for_a_writer_and_sees_nothing_half_done(self, store: Store, mine: Conversations) -> None:
        ask(mine, "c", "before")
        with store.begin() as connection:
            connection.execute(text("UPDATE turns SET asked = 'half done'"))
            assert [each.asked for each in mine.turns("c")] == ["before"]
        assert [each.asked for each in mine.turns("c")] == ["half done"]

    def test_a_transaction_that_fails_changes_nothing(self, store: Store, mine: Conversations) -> None:
        ask(mine, "c", "before")
        with pytest.raises(RuntimeError), store.begin() as connection:
            connection.execute(text("DELETE FROM turns"))
            raise RuntimeError
        assert [each.asked for each in mine.turns("c")] == ["before"]


class TestTurns:
    def test_one_comes_back_as_it_was_kept(self, mine: Conversations) -> None:
        turn = answered("sales", reading="Sales", mentions=(Mention(field="colour", values=("red", 3, True)),))
        said = reply(rows=[["a", 1, 0.1, None, True]], columns=["a", "b", "c", "d", "e"], totals={"sales": 150.5})
        mine.started("c", 0, "sales", "grant")
        mine.finished("c", 0, turn, said)
        (kept,) = mine.turns("c")
        assert (kept.number, kept.asked, kept.seen_with, kept.turn, kept.reply) == (0, "sales", "grant", turn, said)
        assert mine.turn("c", 0) == kept
        assert [mine.turn("c", number) for number in (1, -1, 2**31, 2**80)] == [None] * 4

    @pytest.mark.parametrize("odd", ODD, ids=ascii)
    def test_any_text_comes_back(self, mine: Conversations, odd: str) -> None:
        turn = answered(odd, shown_as=odd, choices=({"value": odd},))
        mine.started("c", 0, odd, "grant")
        mine.finished("c", 0, turn, reply(odd, rows=[[odd]]))
        (kept,) = mine.turns("c")
        assert (kept.asked, kept.turn, kept.reply) == (odd, turn, reply(odd, rows=[[odd]]))

    @pytest.mark.parametrize("lost", ["\ud83d", "\0"], ids=ascii)
    def test_what_no_database_takes_is_marked_as_lost(self, mine: Conversations, lost: str) -> None:
        mine.started("c", 0, f"a{lost}b", "grant")
        assert mine.rename("c", f"x{lost}y")
        assert [each.asked for each in mine.turns("c")] == [f"a{LOST}b"]
        assert [each.title for each in mine.listed(9, search=f"x{lost}")] == [f"x{LOST}y"]

    def test_one_that_never_ended_is_a_fault_in_the_dialogue_and_keeps_its_number(self, mine: Conversations) -> None:
        ask(mine, "c", "first")
        mine.started("c", 1, "second", "grant")
        dialogue = mine.dialogue("c")
        assert [(turn.question, turn.outcome) for turn in dialogue.turns] == [("first", "answered"), ("second", "error")]
        assert dialogue.last is not None
        assert dialogue.last.question == "first"
        ask(mine, "c", "third")
        assert [(each.number, each.asked) for each in mine.turns("c")] == [(0, "first"), (1, "second"), (2, "third")]

    def test_the_next_number_is_free_where_earlier_turns_are_gone(self, mine: Conversations) -> None:
        ask(mine, "c", "first", "second")
        assert mine.delete("c")
        mine.started("c", 2, "third, asked by a page that was still open", "grant")
        dialogue = mine.dialogue("c")
        assert len(dialogue.turns) == 3
        assert dialogue.last is None

    def test_asking_again_from_the_middle_takes_the_place_of_what_followed(self, mine: Conversations) -> None:
        ask(mine, "c", "first", "second", "third")
        mine.started("c", 1, "another second", "grant")
        assert [each.asked for each in mine.turns("c")] == ["first", "another second"]

    def test_one_that_this_version_cannot_read_costs_neither_the_others_nor_its_words(
        self, store: Store, mine: Conversations
    ) -> None:
        ask(mine, "c", "first", "second")
        with store.begin() as connection:
            connection.execute(text("""UPDATE turns SET turn = '{"later": 1}', reply = 'no json' WHERE number = 1"""))
        first, second = mine.turns("c")
        assert first.reply is not None
        assert (second.asked, second.turn, second.reply) == ("second", None, None)
        assert [turn.outcome for turn in mine.dialogue("c").turns] == ["answered", "error"]

    def test_what_ends_after_its_conversation_was_deleted_stays_deleted(self, mine: Conversations) -> None:
        mine.started("c", 0, "first", "grant")
        assert mine.delete("c")
        mine.finished("c", 0, answered(), reply())
        assert mine.named("c") is None
        assert mine.turns("c") == []


class TestOwners:
    """Nobody sees or changes another one's conversations."""

    @pytest.fixture
    def theirs(self, store: Store, mine: Conversations) -> Conversations:
        mine.started("c", 0, "mine", "grant")
        return Conversations(store, "somebody else")

    def test_none_is_seen(self, theirs: Conversations) -> None:
        assert theirs.listed(9) == []
        assert theirs.listed(9, search="mine") == []
        assert theirs.listed(9, before="c") == []
        assert theirs.named("c") is None
        assert theirs.turns("c") == []
        assert theirs.turn("c", 0) is None
        assert theirs.dialogue("c").turns == ()

    def test_none_is_renamed_or_deleted(self, mine: Conversations, theirs: Conversations) -> None:
        assert not theirs.rename("c", "theirs now")
        assert not theirs.delete("c")
        assert [each.title for each in mine.listed(9)] == ["mine"]

    def test_no_question_is_asked_in_it_or_ended_in_it(self, mine: Conversations, theirs: Conversations) -> None:
        with pytest.raises(PermissionError):
            theirs.started("c", 0, "theirs", "grant")
        theirs.finished("c", 0, answered("theirs"), reply("forged"))
        assert [(each.asked, each.reply) for each in mine.turns("c")] == [("mine", None)]


class TestList:
    def test_the_latest_is_first_and_asking_moves_a_conversation_up(self, mine: Conversations) -> None:
        for name in ("a", "b", "c"):
            ask(mine, name, name)
        assert ids(mine) == ["c", "b", "a"]
        ask(mine, "a", "again")
        assert ids(mine) == ["a", "c", "b"]

    def test_pages_follow_each_other_without_gap_or_overlap_even_at_one_moment(
        self, mine: Conversations, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        moments = [f"2026-01-0{1 + index // 4}T00:00:00.000000+00:00" for index in range(11)]
        for index, moment in enumerate(moments):
            monkeypatch.setattr(conversations_module, "now", lambda moment=moment: moment)
            ask(mine, f"c{index:02}", "q")
        seen: list[str] = []
        while page := ids(mine, most=3, before=seen[-1] if seen else None):
            seen += page
        assert seen == [f"c{index:02}" for index in reversed(range(11))]

    def test_the_first_question_names_it_in_one_line_of_bounded_length(self, mine: Conversations) -> None:
        ask(mine, "c", "sales \n by\tcolour", "orders")
        ask(mine, "d", "long " * 100)
        long, short = mine.listed(9)
        assert short.title == "sales by colour"
        assert len(long.title) == 120
        assert long.title.endswith("…")

    def test_a_given_name_stays_when_it_is_asked_anew(self, mine: Conversations) -> None:
        ask(mine, "c", "first")
        assert mine.rename("c", "  My\nname ")
        mine.started("c", 0, "first, said better", "grant")
        assert [each.title for each in mine.listed(9)] == ["My name"]

    def test_a_name_that_was_not_given_follows_the_first_question(self, mine: Conversations) -> None:
        ask(mine, "c", "first")
        mine.started("c", 0, "first, said better", "grant")
        assert [each.title for each in mine.listed(9)] == ["first, said better"]

    @pytest.mark.parametrize("title", ["", "  \n"])
    def test_a_name_without_a_word_is_not_taken(self, mine: Conversations, title: str) -> None:
        ask(mine, "c", "first")
        assert not mine.rename("c", title)
        assert not mine.rename("nosuch", "name")
        assert [each.title for each in mine.listed(9)] == ["first"]

    def test_deleting_one_deletes_its_turns_and_no_others(self, store: Store, mine: Conversations) -> None:
        ask(mine, "a", "a1", "a2")
        ask(mine, "b", "b1")
        assert mine.delete("a")
        assert not mine.delete("a")
        with store.read() as connection:
            assert connection.execute(text("SELECT conversation FROM turns")).scalars().all() == ["b"]
        assert ids(mine) == ["b"]


class TestSearch:
    @pytest.fixture
    def said(self, mine: Conversations) -> Conversations:
        ask(mine, "upper", "Sales by STORE", "and Orders?")
        ask(mine, "zh", "上个月的销售额", "按门店")
        ask(mine, "percent", "100% of a_b")
        ask(mine, "plain", "100 of axb")
        ask(mine, "umlaut", "ÜBERSICHT über École ПРОДАЖИ")
        ask(mine, "mark", "really! now")
        return mine

    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("sales", {"upper"}),
            ("SALES store", {"upper"}),
            ("orders sales", {"upper"}),
            ("sales nosuch", set()),
            ("销售额", {"zh"}),
            ("门店 上个月", {"zh"}),
            ("%", {"percent"}),
            ("a_b", {"percent"}),
            ("100", {"percent", "plain"}),
            ("!", {"mark"}),
            ("übersicht", {"umlaut"}),
            ("École", {"umlaut"}),
            ("продажи", {"umlaut"}),
            ("' OR 1=1 --", set()),
            ("  ", {"upper", "zh", "percent", "plain", "umlaut", "mark"}),
        ],
    )
    def test_every_word_stands_in_the_title_or_a_question_in_any_case(
        self, said: Conversations, words: str, found: set[str]
    ) -> None:
        assert set(ids(said, search=words)) == found

    def test_a_given_name_is_found(self, said: Conversations) -> None:
        said.rename("zh", "Monday deck")
        assert ids(said, search="monday 销售额") == ["zh"]

    def test_pages_of_a_search_hold_what_was_found(self, said: Conversations) -> None:
        first = ids(said, search="100", most=1)
        assert first + ids(said, search="100", most=1, before=first[0]) == ["plain", "percent"]

    @pytest.mark.parametrize("search", ["x" * 100_000, "x " * 50_000])
    def test_an_endless_search_is_cut(self, said: Conversations, search: str) -> None:
        assert ids(said, search=search) in ([], ["plain"])


class TestRetention:
    @pytest.fixture
    def aged(self, mine: Conversations, monkeypatch: pytest.MonkeyPatch) -> Conversations:
        for days in (0, 29, 31, 400):
            moment = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="microseconds")
            with monkeypatch.context() as then:
                then.setattr(conversations_module, "now", lambda moment=moment: moment)
                ask(mine, f"{days} days", "q")
        return mine

    def test_what_was_not_asked_in_for_so_many_days_is_deleted_with_its_turns(self, store: Store, aged: Conversations) -> None:
        assert delete_older(store, 30) == 2
        assert ids(aged) == ["0 days", "29 days"]
        with store.read() as connection:
            assert set(connection.execute(text("SELECT conversation FROM turns")).scalars()) == {"0 days", "29 days"}
        assert delete_older(store, 30) == 0

    def test_it_counts_from_the_last_question(self, store: Store, aged: Conversations) -> None:
        ask(aged, "400 days", "once more")
        assert delete_older(store, 30) == 1
        assert "400 days" in ids(aged)

    def test_nought_keeps_everything(self, store: Store, aged: Conversations) -> None:
        assert delete_older(store, 0) == 0
        assert len(ids(aged)) == 4

    def test_it_is_for_every_owner(self, store: Store, aged: Conversations) -> None:
        assert delete_older(store, 30) == 2
        assert delete_older(store, 1) == 1
        assert Conversations(store, "somebody else").listed(9) == []

    def test_feedback_outlives_its_conversation(self, store: Store, aged: Conversations, list_: FeedbackList) -> None:
        list_.give(conversation="400 days", number=0, given_by="me", kind="down", question="q", reading="Sales")
        delete_older(store, 30)
        assert [each.question for each in list_.listed()] == ["q"]


class TestFeedback:
    AT: dict[str, Any] = {"conversation": "c", "number": 0, "given_by": "me"}

    def test_it_comes_back_as_it_was_given(self, list_: FeedbackList) -> None:
        given = list_.give(
            **self.AT, kind="reading", reasons=("metric", "period"), question="q", request=REQUEST, should_be=REQUEST
        )
        assert list_.one(given.id) == given
        assert list_.listed() == [given]
        assert given.state == "open"

    @pytest.mark.parametrize("odd", ODD, ids=ascii)
    def test_any_text_comes_back(self, list_: FeedbackList, odd: str) -> None:
        request = {"kind": odd, "deep": [{"value": odd}, None, 0.1]}
        given = list_.give(**self.AT, kind="down", comment=odd, question=odd, request=request, should_be=request)
        assert list_.one(given.id) == given
        assert (given.comment, given.should_be) == (odd, request)

    @pytest.mark.parametrize("lost", ["\ud83d", "\0"], ids=ascii)
    def test_what_no_database_takes_is_marked_as_lost(self, list_: FeedbackList, lost: str) -> None:
        given = list_.give(**self.AT, kind="down", comment=f"a{lost}b")
        assert list_.decide(given.id, "rejected", f"x{lost}y")
        found = list_.one(given.id)
        assert found is not None
        assert (found.comment, found.note) == (f"a{LOST}b", f"x{LOST}y")

    def test_the_newest_is_last(self, list_: FeedbackList) -> None:
        given = [list_.give(**self.AT | {"number": number}, kind="up").id for number in (3, 1, 2)]
        assert [each.id for each in list_.listed()] == given

    def test_a_second_thumb_takes_the_place_of_the_first(self, list_: FeedbackList) -> None:
        list_.give(**self.AT, kind="up")
        second = list_.give(**self.AT, kind="down", reasons=("number",))
        assert list_.listed() == [second]
        assert list_.thumbs("c", "me") == {0: "down"}

    def test_a_thumb_and_a_reading_stand_beside_each_other(self, list_: FeedbackList) -> None:
        list_.give(**self.AT, kind="down")
        list_.give(**self.AT, kind="reading", should_be=REQUEST)
        list_.give(**self.AT, kind="reading", should_be=REQUEST | {"metrics": ["orders"]})
        assert [(each.kind, each.should_be and each.should_be["metrics"]) for each in list_.listed()] == [
            ("down", None),
            ("reading", ["orders"]),
        ]

    def test_what_others_said_or_what_was_said_of_other_answers_stays(self, list_: FeedbackList) -> None:
        list_.give(**self.AT, kind="up")
        list_.give(**self.AT | {"given_by": "somebody else"}, kind="down")
        list_.give(**self.AT | {"number": 1}, kind="down")
        list_.give(**self.AT | {"conversation": "d"}, kind="down")
        assert len(list_.listed()) == 4
        assert list_.thumbs("c", "me") == {0: "up", 1: "down"}

    def test_a_thumb_is_taken_back_and_a_reading_stays(self, list_: FeedbackList) -> None:
        list_.give(**self.AT, kind="up")
        list_.give(**self.AT, kind="reading", should_be=REQUEST)
        list_.take_back("c", 0, "somebody else")
        assert len(list_.listed()) == 2
        list_.take_back("c", 0, "me")
        assert [each.kind for each in list_.listed()] == ["reading"]
        assert list_.thumbs("c", "me") == {}

    def test_deciding_takes_it_off_the_open_list_and_keeps_it(self, list_: FeedbackList) -> None:
        first = list_.give(**self.AT, kind="down")
        assert list_.decide(first.id, "accepted", "right")
        assert list_.listed() == []
        (decided,) = list_.listed(None)
        assert (decided.state, decided.note) == ("accepted", "right")
        assert decided.reviewed_at is not None
        assert list_.listed("accepted") == [decided]

    def test_what_was_decided_is_neither_replaced_nor_taken_back(self, list_: FeedbackList) -> None:
        first = list_.give(**self.AT, kind="down")
        list_.decide(first.id, "rejected")
        list_.give(**self.AT, kind="up")
        list_.take_back("c", 0, "me")
        assert [(each.id, each.state) for each in list_.listed(None)] == [(first.id, "rejected")]

    def test_a_workspace_neither_sees_nor_decides_anothers(self, store: Store, list_: FeedbackList) -> None:
        given = list_.give(**self.AT, kind="up")
        other = FeedbackList(store, "another")
        assert other.listed(None) == []
        assert other.one(given.id) is None
        assert not other.decide(given.id, "accepted")
        assert list_.listed() == [given]

    def test_deciding_what_is_not_there_says_so(self, list_: FeedbackList) -> None:
        assert not list_.decide("nosuch", "accepted")


class TestPostgres:
    """No server of it is at hand: every statement must at least be one of its own, and nothing that only SQLite has."""

    KNOWN = (exp.Lower, exp.Max, exp.Sum, exp.Exists, exp.Case, exp.If, exp.And, exp.Or)
    """Functions, in the parser's sense, that both databases have."""

    @pytest.fixture
    def statements(self, path: Path) -> list[str]:
        """All that the store sends, as SQLAlchemy would send it to Postgres."""
        seen: list[TextClause] = []

        def see(_: Connection, statement: Any, *__: Any) -> None:
            if isinstance(statement, TextClause):
                seen.append(statement)

        event.listen(Engine, "before_execute", see)
        try:
            store = Store.open(Settings(home=path.parent, state_url=""))
            self._use(store)
            store.close()
        finally:
            event.remove(Engine, "before_execute", see)
        dialect = postgresql.dialect(paramstyle="named")
        return sorted({str(each.compile(dialect=dialect)) for each in seen})

    def _use(self, store: Store) -> None:
        from assistant.state.spending import SpendingInStore
        from assistant.usage import Usage

        mine, said = Conversations(store, "me"), FeedbackList(store, "shop")
        ask(mine, "c", "first", "second")
        mine.dialogue("c")
        mine.listed(9, before="c", search="two words")
        mine.rename("c", "name")
        given = said.give(conversation="c", number=0, given_by="me", kind="up")
        said.thumbs("c", "me")
        said.listed()
        said.listed(None)
        said.decide(given.id, "accepted")
        said.take_back("c", 0, "me")
        SpendingInStore(store).add(Usage(), "model", "me")
        SpendingInStore(store).today()
        SpendingInStore(store).by_day(3)
        mine.delete("c")
        delete_older(store, 1)

    def test_every_statement_parses_as_its_own_and_calls_nothing_of_sqlite(self, statements: list[str]) -> None:
        assert len(statements) > 20
        for statement in statements:
            tree = sqlglot.parse_one(statement, read="postgres")
            assert not isinstance(tree, exp.Command), statement
            for call in tree.find_all(exp.Func):
                assert isinstance(call, self.KNOWN), (statement, type(call))

    def test_no_name_is_reserved(self, store: Store) -> None:
        with store.read() as connection:
            found = inspect(connection)
            names = set(found.get_table_names())
            names |= {column["name"] for table in found.get_table_names() for column in found.get_columns(table)}
        assert names & RESERVED_WORDS == set()

    def test_every_type_is_one_of_its_own(self, statements: list[str]) -> None:
        made = [each for each in statements if each.startswith("CREATE TABLE")]
        assert made
        kinds = {
            column.args["kind"].this
            for statement in made
            for column in sqlglot.parse_one(statement, read="postgres").find_all(exp.ColumnDef)
        }
        assert kinds <= {exp.DataType.Type.VARCHAR, exp.DataType.Type.TEXT, exp.DataType.Type.INT, exp.DataType.Type.DOUBLE}
