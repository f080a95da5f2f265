"""Places among the questions being answered: nobody takes those of others, and none is lost."""

from __future__ import annotations

import pytest

from assistant.errors import TooManyQuestionsError
from assistant.keeping.conversations import NOBODY
from assistant.running.places import Places


def test_a_user_who_has_all_of_theirs_leaves_room_for_others() -> None:
    places = Places(most=5, each=2)
    held = [places.enter("mei") for _ in range(2)]
    with pytest.raises(TooManyQuestionsError) as caught:
        places.enter("mei")
    assert (caught.value.reason, caught.value.count) == ("too_many_questions", 2)
    held.append(places.enter("bob"))
    held[0].leave()
    held[0].leave()
    held.append(places.enter("mei"))
    with pytest.raises(TooManyQuestionsError):
        places.enter("mei")


def test_whoever_sits_at_this_machine_may_have_all_there_are_and_no_more() -> None:
    places = Places(most=3, each=1)
    held = [places.enter(NOBODY) for _ in range(3)]
    with pytest.raises(TooManyQuestionsError) as caught:
        places.enter("mei")
    assert caught.value.reason == "busy"
    assert len(held) == 3


def test_a_place_that_nobody_holds_any_longer_is_free() -> None:
    places = Places(most=1)

    def answer(place: object) -> object:
        yield place

    begun_by_nobody = answer(places.enter("mei"))
    with pytest.raises(TooManyQuestionsError):
        places.enter("mei")
    del begun_by_nobody
    places.enter("mei")
