"""Collections chosen while asking: one, another or both; what is chosen is kept; nobody takes all places."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.app import Workspace, open_assistant
from assistant.errors import AssistantError, TooManyQuestionsError
from assistant.home import Home
from assistant.keeping.conversations import NOBODY
from assistant.library import Library
from assistant.profile import Company
from assistant.running.service import Service, open_service
from assistant.settings import Settings
from index.errors import IndexLayerError
from tests.test_assistant_service import MORE, NOTES, QUESTION, document, finish

LISBON = "Where does the Osprey team hire engineers?"


@pytest.fixture
def workspace(home_with_embedder: Home, tmp_path: Path) -> Workspace:
    workspace = Workspace(home_with_embedder, Settings.load(home_with_embedder, flags={"backend": "extractive"}))
    for name, text in (("board", NOTES), ("hiring", MORE)):
        (tmp_path / name).mkdir()
        Library(workspace.collection(name), workspace.encoders()).add([document(tmp_path / name, "notes.md", text)])
    return workspace


@pytest.fixture
def service(workspace: Workspace) -> Iterator[Service]:
    with open_service(workspace, collection="board") as opened:
        yield opened


def test_what_is_chosen_is_asked_and_said_in_the_record(service: Service) -> None:
    assert service.shelves.names == ["board", "hiring"]
    assert finish(service.ask("", LISBON)).status == "refused"
    for choice in ("hiring", "board+hiring"):
        answer = finish(service.ask("", LISBON, choice=choice))
        assert "Lisbon" in answer.answer
        assert answer.collection == choice
    both = finish(service.ask("", QUESTION, choice="board+hiring"))
    assert "417,000" in both.answer


def test_the_choice_is_kept_with_the_conversation(service: Service) -> None:
    asked = service.ask("", LISBON, choice="hiring")
    finish(asked)
    assert service.conversations.choice(asked.conversation) == "hiring"
    finish(service.ask_again(asked.conversation, asked.turn, LISBON, choice="board+hiring"))
    assert service.conversations.choice(asked.conversation) == "board+hiring"
    assert service.conversations.of("mei").choice(asked.conversation) == ""


def test_of_a_choice_only_what_is_there_counts(service: Service) -> None:
    assert service.shelves.known(["hiring", "gone", "board"]) == "board+hiring"
    assert service.shelves.known(["gone"]) == "board"


@pytest.mark.parametrize(("choice", "error"), [("gone", IndexLayerError), ("../etc", AssistantError)])
def test_what_is_not_there_is_refused_and_nothing_kept(service: Service, choice: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        service.ask("", QUESTION, choice=choice)
    assert service.conversations.listed() == []


def test_what_is_added_to_one_is_asked_of_both_at_once(service: Service, tmp_path: Path) -> None:
    question = "When does the Heron office open?"
    assert finish(service.ask("", question, choice="board+hiring")).status == "refused"
    added = document(tmp_path, "heron.md", "# Office\n\nThe Heron office opens in March 2028.\n")
    service.add([added], collection="hiring")
    assert "March 2028" in finish(service.ask("", question, choice="board+hiring")).answer
    assert service.remove(added.id, collection="hiring")
    assert finish(service.ask("", question, choice="board+hiring")).status == "refused"


def test_a_collection_begins_with_its_first_document(service: Service, tmp_path: Path) -> None:
    service.add(
        [document(tmp_path, "heron.md", "# Office\n\nThe Heron office opens in March 2028.\n")], collection="new"
    )
    assert service.shelves.names == ["board", "hiring", "new"]
    assert "2028" in finish(service.ask("", "When does the Heron office open?", choice="new")).answer


def test_the_command_line_asks_several_by_the_same_name(workspace: Workspace) -> None:
    with open_assistant(workspace, collection="hiring+board") as assistant:
        answer = assistant.ask(LISBON)
    assert (answer.collection, answer.status) == ("hiring+board", "answered")


def test_a_user_with_many_questions_waits_for_them_and_others_do_not(service: Service) -> None:
    held = [service.ask("", QUESTION, owner="mei") for _ in range(service.places.each)]
    with pytest.raises(TooManyQuestionsError):
        service.ask("", QUESTION, owner="mei")
    with pytest.raises(TooManyQuestionsError):
        service.ask_again(held[0].conversation, held[0].turn, QUESTION, owner="mei")
    assert len(service.conversations.of("mei").turns(held[0].conversation)) == 1
    assert finish(service.ask("", QUESTION, owner="bob")).status == "answered"
    assert finish(service.ask("", QUESTION, owner=NOBODY)).status == "answered"
    finish(held[0])
    assert finish(service.ask("", QUESTION, owner="mei")).status == "answered"


def test_an_answer_that_nobody_reads_gives_its_place_back(service: Service) -> None:
    for _ in range(3 * service.places.each):
        service.ask("", QUESTION, owner="mei")
    for _ in range(3 * service.places.each):
        next(service.stream(QUESTION, owner="mei"))
    assert finish(service.ask("", QUESTION, owner="mei")).status == "answered"


def test_the_page_knows_the_company_s_profile(service: Service, workspace: Workspace) -> None:
    Company.load(workspace.home.profile)
    service.planner.keep({"cash": "$3M", "monthly_burn": "$200k/month"}, "en")
    answer = finish(service.ask("", "How many months will our cash last?"))
    assert answer.calculations[0].value == "15"
