"""What was answered before is not asked again, unless anything changed that an answer depends on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answer import Answer, Citation, Sentence
from assistant.understanding.question import Turn
from evals.attached import Attached
from evals.cache import ReplyCache, code_version, reply_key
from evals.case import Case, Number
from evals.graders import Score
from evals.outcome import OUTCOME, Outcome, Reply, join_repeats

CASE = Case(id="a", question="How long?", language="en")
SYSTEM = {"backend": "extractive", "model": "", "index_id": "1", "settings_id": "2", "prompts": "3", "code": "4"}


def an_answer(**changes: object) -> Answer:
    quote = Citation(1, "d", "t", "s", None, "", "28 days.", 3, 11, used=True)
    answer = Answer(
        id="x",
        question="How long?",
        standalone_question="How long?",
        language="en",
        status="answered",
        reason="",
        answer="28 days.[1]",
        sentences=(Sentence("28 days.", "supported", (1,), 0.9),),
        citations=(quote,),
    )
    return replace(answer, **changes)  # type: ignore[arg-type]


def test_a_reply_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    reply = Reply(found=("a#b",), answer=an_answer(), seconds=0.25)
    cache = ReplyCache(tmp_path / "replies")
    assert cache.get("0" * 64) is None
    cache.put("0" * 64, reply)
    assert cache.get("0" * 64) == reply
    assert [path.suffix for path in tmp_path.rglob("*") if path.is_file()] == [".json"]


def test_a_fresh_run_reads_nothing_and_a_torn_file_is_no_reply(tmp_path: Path) -> None:
    ReplyCache(tmp_path).put("0" * 64, Reply(answer=an_answer()))
    assert ReplyCache(tmp_path, fresh=True).get("0" * 64) is None
    (path,) = tmp_path.rglob("*.json")
    path.write_bytes(path.read_bytes()[:40])
    assert ReplyCache(tmp_path).get("0" * 64) is None


def test_an_error_is_tried_again(tmp_path: Path) -> None:
    ReplyCache(tmp_path).put("0" * 64, Reply(answer=an_answer(status="error")))
    assert ReplyCache(tmp_path).get("0" * 64) is None


@pytest.mark.parametrize(
    "changed",
    [
        replace(CASE, question="How long??"),
        replace(CASE, history=(Turn("What?", "That."),)),
        replace(CASE, documents=(Attached("a.md", "Text."),)),
        replace(CASE, tags=("across",)),
    ],
)
def test_another_question_has_another_key(changed: Case) -> None:
    assert reply_key(changed, SYSTEM, 0) != reply_key(CASE, SYSTEM, 0)


@pytest.mark.parametrize("part", SYSTEM)
def test_another_system_has_another_key(part: str) -> None:
    assert reply_key(CASE, SYSTEM | {part: "other"}, 0) != reply_key(CASE, SYSTEM, 0)
    assert reply_key(CASE, SYSTEM, 1) != reply_key(CASE, SYSTEM, 0)


def test_what_is_expected_does_not_matter_for_what_is_answered() -> None:
    expecting = replace(CASE, id="b", numbers=(Number(28),), key_points=(("days",),), forbidden=("x",), tags=("guide",))
    assert reply_key(expecting, SYSTEM, 0) == reply_key(CASE, SYSTEM, 0)


def test_the_version_of_the_code_follows_what_answers_and_not_how_it_is_shown(tmp_path: Path) -> None:
    for name in (
        "assistant/ask.py",
        "assistant/interfaces/page.py",
        "serving/weights/catalog.toml",
        "corpus/documents/a.md",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1", encoding="utf-8")
    before = code_version(tmp_path)
    for name, matters in (("assistant/interfaces/page.py", False), ("corpus/documents/a.md", False)):
        (tmp_path / name).write_text("2", encoding="utf-8")
        assert (code_version(tmp_path) != before) == matters
    for name in ("assistant/ask.py", "serving/weights/catalog.toml"):
        (tmp_path / name).write_text("2", encoding="utf-8")
        assert code_version(tmp_path) != before
        before = code_version(tmp_path)
    assert len(code_version()) == 12


def test_an_outcome_travels_as_json_without_loss() -> None:
    case = replace(CASE, history=(Turn("What?"),), documents=(Attached("a.md", "Text."),), numbers=(Number(0.4, "%"),))
    outcome = Outcome(case, ("a#b",), an_answer(), {"key points": Score(0.5, "missing: x")})
    assert OUTCOME.validate_json(OUTCOME.dump_json(outcome)) == outcome


def test_repeats_are_joined_and_a_case_that_flips_is_flaky() -> None:
    def outcome(case: Case, status: float, points: float) -> Outcome:
        return Outcome(case, (), None, {"status right": Score(status), "key points": Score(points)})

    other = replace(CASE, id="b")
    steady, flips = join_repeats(
        [outcome(CASE, 1, 0.5), outcome(other, 1, 1), outcome(CASE, 1, 1), outcome(other, 0, 0)]
    )
    assert (steady.case.id, steady.mean["key points"], steady.best["key points"], steady.is_flaky) == (
        "a",
        0.75,
        1,
        False,
    )
    assert (flips.case.id, flips.mean["status right"], flips.best["status right"], flips.is_flaky) == (
        "b",
        0.5,
        1,
        True,
    )
