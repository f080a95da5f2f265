"""Lines that an editor broke are joined; lines that end for another reason stay."""

from __future__ import annotations

from textwrap import wrap

import pytest

from corpus.readers.hard_wrapped import unwrapped

ENGLISH = (
    "The workshop on Mill Street costs $6,250 a month, heating included, electricity not. The landlord holds a deposit "
    "of three months' rent, which earns no interest. Either side may end the lease with six months' notice to the end "
    "of a quarter."
)
CHINESE = (
    "试点从六月三日到八月三十日，在苏州和合肥两个分拨中心进行，一共接入 214 辆货车，冷链车和危险品运输没有参加。"
    "助手一共接了 18,400 通司机来电，其中 71% 不用转给人工，平均通话时间从四分十秒降到两分二十秒。"
)


@pytest.mark.parametrize("width", [50, 72, 100])
def test_a_wrapped_paragraph_becomes_one_line(width: int) -> None:
    assert unwrapped("\n".join(wrap(ENGLISH, width))) == ENGLISH


def test_chinese_lines_are_joined_without_a_space() -> None:
    lines = [""]
    for character in CHINESE:
        if sum(1 + (other > "⺀") for other in lines[-1] + character) > 60 and character not in "，。":
            lines.append("")
        lines[-1] += character
    assert len(lines) == 4
    assert unwrapped("\n".join(lines)) == CHINESE


def test_items_headings_and_paragraphs_stay_apart() -> None:
    first, *rest = wrap(ENGLISH, 60)
    item = "\n  ".join([f"- {first}", *rest])
    rest_of_it = "```\nkeep = this\nas = it is\n```\n| a | b |\n| c | d |"
    text = f"# A heading of the lease\n\n{item}\n{item}\n\n{first}\n{rest_of_it}"
    assert unwrapped(text) == f"# A heading of the lease\n\n- {ENGLISH}\n- {ENGLISH}\n\n{first}\n{rest_of_it}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "One line.",
        "Brannock Robotics\n14 Mill Street, second floor, entrance in the yard\nManchester",
        "title: a note about the lease of our workshop, the short version\nlanguage: en\ndate: 2026-11",
        "We met on Monday and spoke about the lease.\nAda will call the landlord.\nBo asks two insurers for terms.",
        "This line ends here on purpose, so it is followed by two spaces,  \nand this one stands below it.",
        "会议纪要\n一、房租每月 6,250 元。\n二、押金三个月，不计利息，退租时返还。",
    ],
)
def test_lines_that_end_for_another_reason_stay(text: str) -> None:
    assert unwrapped(text) == text


def test_a_line_that_goes_on_with_a_small_letter_is_joined_in_any_text() -> None:
    assert unwrapped("The landlord holds a deposit for the rent of\nthree months.\n\n- Short.") == (
        "The landlord holds a deposit for the rent of three months.\n\n- Short."
    )
    assert unwrapped("A model that answers people at once, in real-\ntime.").endswith("real-time.")
