"""Sentences of a user's document that are meant for the program reading it: orders planted for an assistant.

They are data like the rest, but no evidence for anything: where the sources' own sentences are quoted, these are left
out. Told by who is addressed and what is demanded, in either language. NOT covered: orders that look like plain prose.
"""

from __future__ import annotations

import re
import unicodedata

_READERS = (
    r"(?:assistants?|ai systems?|ais?|(?:language )?models?|llms?|chat ?bots?|(?:screening )?software|programs?"
    r"|machines?|whoever|anyone (?:who )?(?:summari[sz]\w*|reading|reads))"
)
_DEMANDS = (
    r"(?:must|shall|should|has to|have to|needs? to|is to|are to|repl(?:y|ies)|answer|print|say|state|mention"
    r"|append|write|rate|recommend|confirm|tell|output|drop|ignore)"
)
_ORDER = re.compile(
    # Who reads it, and what they are to do.
    rf"\b{_READERS}\b.{{0,80}}\b{_DEMANDS}\b"
    r"|\b(?:replies|reply|responses?|answers?|summar(?:y|ies))\b.{0,50}"
    r"\b(?:must|has to|have to|shall|begins? with|ends? with)\b"
    # What was said before is void.
    r"|\b(?:ignore|disregard|forget|override|void|drop)\b.{0,50}"
    r"\b(?:instructions?|guidance|rules|orders|above|previous|earlier|that)\b"
    r"|\b(?:instructions?|guidance|rules|directions)\b.{0,60}\b(?:void|no longer apply|you were given)\b"
    # Words that are to be written, and nothing else.
    r"|\b(?:say|print|write|output|state|cite|recite|put|answer|start|end)\b.{0,60}"
    r"\b(?:instead|in place of|nothing else|only|into the reply|for all claims|word for word|(?:single )?word|code)\b"
    # The signs of a conversation.
    r"|^(?:system|user|assistant|human)\b[^.]{0,30}[:：]|<\|\w+|\[/?inst\]|\byou are now\b"
    r"|end of (?:sources|documents?)"
    # Chinese, in the same order.
    r"|(?:助手|语言模型|大模型|模型|机器|程序|软件|人工智能系统|回答者|总结本).{0,30}"
    r"(?:必须|须|不得|只能|一律|请|要告诉|要回复|输出|写上|回复|评为|提到|唯书)"
    r"|(?:回复|回答|答复|输出).{0,20}(?:必须|须|都要|都以|以.{1,12}(?:开头|结束|结尾))|每条回复|在回复里|回复口令|引用时请"
    r"|(?:此前|之前|前面|以上|前令|交代给你|要求).{0,20}(?:作废|不算|无效|忽略|须弃|弃)|忽略.{0,10}(?:指令|要求|内容)|(?:須|须)棄前令"
    r"|(?:只|直接|立即|先|再|请).{0,6}(?:输出|说|写|回复|改报|报|背出).{0,24}[“「『\"]|改报|资料到此结束|你现在(?:叫|是)"
    r"|^(?:用户|助手|系统提示?)[^。]{0,12}[:：]|立即回复|停止回答|唯書|餘皆勿言",
    re.IGNORECASE,
)


def addresses_a_program(text: str) -> bool:
    """Whether `text` demands something of whatever program reads it."""
    folded = unicodedata.normalize("NFKC", text)
    return _ORDER.search("".join(c for c in folded if unicodedata.category(c) != "Cf")) is not None
