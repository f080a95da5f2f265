"""What people say beside questions: greetings, thanks, "who are you"; and what no tool of this kind should advise on.

Found by rules alone, on the whole text, so that "hello" inside a question is no greeting. The replies stand in
prompts/<language>.toml.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from assistant.writing.prompting import phrases
from corpus.document import Language

Kind = Literal["small_talk", "personal_advice"]

_END = r"[\s!！。.?？~～,，]*$"
_HELLO = re.compile(
    r"^(?:你好|您好|嗨|哈喽|在吗|早上好|下午好|晚上好|hi|hello|hey|good (?:morning|afternoon|evening))"
    rf"(?:\s?(?:啊|呀|there))?{_END}",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"^(?:谢谢|多谢|感谢|谢了|好的|明白了|再见|拜拜|thanks?(?: you)?(?: (?:very|so) much| a lot)?|ok(?:ay)?|got it"
    rf"|great|bye|goodbye)(?:你|您|了)?{_END}",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"^(?:请问)?(?:你|您)(?:是谁|是什么(?:模型|助手)?|叫什么(?:名字)?|能(?:做|干)(?:些)?什么|会(?:做)?什么|有什么(?:用|功能)"
    rf"|怎么用)(?:啊|呀|呢)?{_END}|^(?:怎么用你|帮助|help){_END}"
    r"|^(?:(?:who|what) are you|what(?: else)? can you do(?: for (?:me|us))?|what do you (?:do|know)"
    rf"|how (?:do|can|should) i use (?:you|this)|how do you work|what can i ask(?: you)?){_END}",
    re.IGNORECASE,
)
_PERSONAL_ADVICE = re.compile(  # three kinds: investing, health, law
    r"(?:该不该|要不要|能不能|可以|值得|推荐|适合).{0,8}(?:买|卖|炒|持有|入手).{0,12}(?:股|股票|基金|比特币|加密货币)"
    r"|(?:股票|股价|基金|比特币).{0,8}(?:会涨|会跌|还能买|值得买|推荐哪)|(?:买|推荐)(?:哪|什么)(?:只|支|些)?(?:股票|基金)"
    r"|\bshould (?:i|we) (?:buy|sell|hold|invest in|short)\b.{0,40}\b(?:stocks?|shares?|bitcoin|crypto\w*|etfs?)\b"
    r"|\b(?:which|what) (?:stocks?|shares|crypto\w*|etfs?)\b.{0,20}\b(?:buy|pick|invest)"
    r"|我(?:最近|今天|一直|老|总)?.{0,6}(?:头痛|头疼|发烧|失眠|胸闷|咳嗽|抑郁|胃痛|心慌).{0,20}(?:怎么办|吃什么|什么药|是不是|要紧)"
    r"|吃什么药|\b(?:i|my)\b.{0,40}\b(?:headaches?|fever|chest pain|rash|depress\w+|insomnia)\b.{0,40}\?"
    r"|\bwhat (?:medicine|medication|dose)\b.{0,30}\b(?:i|me|my)\b"
    r"|我.{0,12}(?:会不会坐牢|会被判|能不能起诉|要不要离婚|怎么起诉|打官司.{0,4}能赢)"
    r"|\b(?:can|should) i sue\b|\bwill i (?:go to jail|be arrested)\b|\bmy divorce\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Aside:
    """Something that needs no sources: its kind and the reply."""

    kind: Kind
    reply: str


def read_aside(text: str, language: Language) -> Aside | None:
    """What `text` is when it is no question to the sources, with the reply in `language`."""
    texts = phrases(language)
    stripped = text.strip()
    if _PERSONAL_ADVICE.search(stripped):
        return Aside("personal_advice", texts.personal_advice)
    for pattern, reply in ((_HELLO, texts.about), (_ABOUT, texts.about), (_THANKS, texts.thanks)):
        if pattern.search(stripped):
            return Aside("small_talk", reply)
    return None
