"""Sentences of a user's document that are meant for the program reading it: orders planted for an assistant.

They are data like the rest, but no evidence for anything, and a small model obeys some of them. So they are not read:
a passage ends before one and goes on, as another passage, behind it. Told by who is addressed and what is demanded, in
either language. NOT covered: orders that look like plain prose, and questions that a document asks by the way.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace

from assistant.evidence.reading import Passage
from assistant.verifying.sentences import split_sentences
from index.words import content_words

_READERS = (
    r"(?:assistants?|ai(?: systems?| agents?| tools?)?|ais|(?:language )?models?|llms?|chat ?bots?"
    r"|(?:screening )?software|programs?|machines?|whoever|anyone (?:who )?(?:summari[sz]\w*|reading|reads))"
)
_MUST = r"(?:must|shall|should|has to|have to|needs? to|is to|are to)"
_SAY = (
    r"(?:say|reply|answer|respond|tell|mention|print|output|write|state|append|confirm|recommend|rate|ignore|drop"
    r"|refuse|recite|repeat|pretend)\b(?! (?:within|in (?:less|under)|under|at least|fast|quickly))"
)
_REPLY = r"(?:answers?|repl(?:y|ies)|responses?|messages?|output|summar(?:y|ies))"
_CHANGE = (
    r"(?:add|insert|include|append|integrate|modify|change|alter|augment|enhance|extend|adapt|rewrite|replace"
    r"|substitute|convert|translate|render|use|remove|delete|scramble|mix|shuffle|misspell|group|combine|begin|start"
    r"|end|finish|close|put|place|give|provide|write|promote|suggest|tease|mention|recommend|say|state)"
)
_IMPERATIVE = r"(?:^|[.;:,!>\])]\s*|\b(?:and|then|please|now|to)\s)"
_ORDER = re.compile(
    # Who reads it, and what they are to say.
    rf"\b{_READERS}\b[^.]{{0,50}}\b{_MUST}\b[^.]{{0,25}}\b{_SAY}"
    rf"|\b{_READERS}\s?[:,]\s?(?:please )?{_SAY}\b|\bforbidden (?:for|to) {_READERS} to {_SAY}"
    rf"|\b{_READERS}\b.{{0,20}}\bconfirms? this with\b"
    # How the reply is to be.
    rf"|\b(?:its|your|the|each|every|any) {_REPLY} {_MUST} (?:begin|start|end|open|close|say|tell|mention|recommend)\b"
    rf"|{_IMPERATIVE}{_CHANGE}\b.{{1,90}}\byour (?:next |final |whole )?{_REPLY}\b"
    rf"|\bin your {_REPLY}, ?{_CHANGE}\b|\binto the reply\b"
    # What was said before is void.
    r"|\b(?:ignore|disregard|forget|override)\b.{0,40}\b"
    r"(?:instructions?|guidance|prompts?|rules|orders|the above|that[.,])"
    r"|\b(?:instructions?|guidance|rules|directions)\b.{0,60}\b(?:void from|no longer apply|are void|is void)\b"
    r"|\bdirections you were given\b"
    # Words that are to be written, and nothing else.
    rf"|{_IMPERATIVE}(?:just |only )?(?:say|print|write|output|state|cite|recite|reply|answer|put)\b.{{1,60}}"
    r"\b(?:instead|in place of|and nothing else|word for word|single word|for all claims)"
    r"|\bwrite only the word|\banswer in \w+ only\b|\bword for word, the\b"
    # The signs of a conversation.
    r"|^(?:system|assistant|human)\b[^.]{0,30}[:：]|<\|\w+|\[/?inst\]|\byou are now\b|end of (?:sources|documents?)\b"
    # Chinese, in the same order.
    r"|(?:助手|语言模型|大模型|模型|机器|程序|软件|智能系统|机器人|回答者|总结本).{0,20}"
    r"(?:必须|须|不得|只能|一律|请(?!求|教)|要(?=告诉|回复)).{0,24}(?:说|写(?![进明入])|回复|回答|输出|告诉|提到|谈论|评为|推荐|确认|停下|弃|书)"
    r"|(?:^|[\s*（(!-])(?:致|给)[^。，]{0,12}(?:助手|模型|软件|程序|机器人)[:：]"
    r"|每条(?:回复|回答|答复)(?:都|必须|须|先|前)|(?:回复|回答|答复|输出).{0,6}(?:必须|须|都要|都以|一律)?以.{1,12}(?:开头|结束|结尾)|在(?:你的)?(?:回复|回答|答复)里"
    r"|在(?:回复|回答|答复)(?:的)?(?:开头|结尾|末尾)|把你的(?:回复|回答|答复)|回复口令|引用时请.{0,12}标为"
    r"|(?:此前|之前|前面|以上|要求|指令)(?!.{0,10}[，。]).{0,14}(?:作废|不算|无效|忽略)|弃前令|棄前令"
    r"|(?:此前|之前|前面|以上)[^。]{0,16}(?:作废|不算)|忽略.{0,10}(?:指令|要求|内容)"
    r"|(?:只|直接|立即|一律|请).{0,3}(?:输出|说|写|回复|改报|报|背出).{0,24}[“「『\"]|一律改报|资料到此结束|你现在(?:叫|是)"
    r"|^(?:助手|系统提示?)[^。]{0,12}[:：]|立即回复|停止回答|逐字背出|唯書|餘皆勿言",
    re.IGNORECASE,
)

_CLOSING = "\"”’'」』"
_LEFT_OVER = " \t\n-*+•>#"  # of the list item or quotation that an order was


def addresses_a_program(text: str) -> bool:
    """Whether `text` demands something of whatever program reads it."""
    folded = unicodedata.normalize("NFKC", text)
    return _ORDER.search("".join(c for c in folded if unicodedata.category(c) != "Cf")) is not None


def without_orders(passages: Iterable[Passage]) -> list[Passage]:
    """`passages` without the orders in those of a user's documents, numbered anew."""
    parts = [part for passage in passages for part in _parts(passage)]
    return [replace(part, n=n) for n, part in enumerate(parts, start=1)]


def _parts(passage: Passage) -> Iterator[Passage]:
    """What stands between the orders of a passage, if it says anything; the whole where there is none."""
    if passage.document.kind != "user":
        yield passage
        return
    # A prompt names the section, and the title where there is none.
    section = "…" if addresses_a_program(passage.section or passage.document.title) else passage.section
    start = passage.start
    for begin, end in [*_orders(passage), (passage.end, passage.end)]:
        text = passage.document.text[start:begin]
        if content_words(text):
            end_of_text = start + len(text.rstrip(_LEFT_OVER))
            yield replace(passage, section=section, start=begin - len(text.lstrip()), end=end_of_text)
        start = end


def _orders(passage: Passage) -> list[tuple[int, int]]:
    return [
        (passage.start + start, passage.start + end)
        for start, end in _whole_sentences(passage.text)
        if addresses_a_program(passage.text[start:end])
    ]


def _whole_sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences stand; one that ends within ("write "Done!" at the end") is one with what follows."""
    spans = split_sentences(text)
    begin: int | None = None
    for place, span in enumerate(spans):
        begin = begin if begin is not None else span.start
        behind = text[span.end : spans[place + 1].start] if place + 1 < len(spans) else "\n"
        if span.text[-1] not in _CLOSING or "\n" in behind:
            yield begin, span.end
            begin = None
