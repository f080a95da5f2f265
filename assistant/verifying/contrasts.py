"""Words that exclude each other: which way something goes, how much of it, by what it is counted.

A sentence contradicts a passage when it names one pole of a contrast where the passage names only another. NOT covered:
a passage that names both, and words with more than one meaning (most, half), which are taken for their commonest.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from corpus.language import HAN

# A row is one contrast; a pole is a pattern that holds what says the same in it, in both languages.
_CONTRASTS: tuple[tuple[str, ...], ...] = (
    # Which way something goes.
    (
        r"增加|增长|上升|升高|上涨|涨到|升到|升至|提高|提升|扩大|变多|increas\w*|rise[sn]?|rising|rose|grow\w*|grew|rais\w+"
        r"|gain\w*|expand\w*|climb\w*|went up",
        r"减少|减小|下降|降低|降到|降至|跌|缩减|削减|缩小|压低|变少|decreas\w*|reduc\w*|falls?|fell|fallen|falling|drop\w*"
        r"|lower(?:s|ed|ing)|shrink\w*|shrank|halv\w+|cuts?|declin\w+|went down",
    ),
    (r"[更较]多|得多|多于|大多|more|most", r"[更较]少|得少|少于|less|fewer|least|fewest"),
    (r"[更较偏最]高|高于|高估|高出|higher|highest|above", r"[更较偏最]低|低于|低估|lower|lowest|below"),
    (r"[更较]快|快于|加快|加速|最快|faster|fastest|quicker|speeds? up|accelerat\w*",
     r"[更较]慢|慢于|放慢|拖慢|slower|slowest|slows? down"),
    (r"[更较偏]大|大于|变大|最大|larger|largest|bigger|biggest|greater", r"[更较偏]小|小于|变小|最小|smaller|smallest"),
    (r"[更较偏]贵|变贵|昂贵|最贵|dearer|dearest|more expensive|costlier|expensive", r"便宜|cheap\w*|inexpensive"),
    (r"[更较偏最]长|[更较]久|longer|longest", r"[更较偏最]短|shorter|shortest"),
    (r"[更较]好|变好|最好|better|best|improv\w+", r"[更较]差|变差|变坏|更糟|最差|worse\w*|worst|deteriorat\w*"),
    (r"容易|简单|eas(?:y|ier|ily)|simple|simpler", r"更难|困难|复杂|hard(?:er)?|difficult\w*|complex"),
    (r"[更较]强|强于|stronger|strongest", r"[更较]弱|弱于|weaker|weakest"),
    (r"[更较]早|早于|earlier|earliest", r"[更较]晚|晚于|later|latest"),
    # On which side of a limit.
    (
        r"以上|超过|大于|高于|多于|至少|不少于|不低于|more than|over|above|exceed\w*|at least|or more",
        r"以下|不到|小于|低于|少于|至多|不超过|以内|less than|under|below|at most|up to|fewer than|or less",
    ),
    (r"之前|以前|事先|事前|before|prior to|beforehand", r"之后|以后|事后|after|afterwards"),
    (r"以内|之内|内部|within|inside", r"以外|之外|外部|outside|beyond"),
    (r"现有|原有|老客户|existing|current", r"新客户|新用户|new"),
    (r"输入|input\w*", r"输出|output\w*"),
    (r"收入|营收|revenues?|income", r"支出|开支|花费|expenses?|spending"),
    (r"盈利|赚钱|profit\w*", r"亏损|亏钱|loss\w*"),
    (r"保留|留下|保存|kept|keeps?|retain\w*", r"删除|删掉|移除|丢弃|remov\w*|delet\w*|discard\w*"),
    (r"开始|启动|start\w*|begin\w*", r"停止|停掉|结束|stop\w*|end(?:s|ed|ing)?"),
    (r"人工|手工|manual\w*|by hand", r"自动|automat\w*"),
    (r"本地|locally|local", r"远程|云端|remote\w*"),
    (r"买方|买家|客户|buyers?|customers?", r"卖方|卖家|供应商|sellers?|vendors?|suppliers?"),
    (r"靠前|排前|领先", r"靠后|排后|垫底"),
    (r"前者|the former", r"后者|the latter"),
    (r"翻倍|翻番|doubl\w+", r"减半|halv\w+|half"),
    (r"优于|胜过|超过|outperform\w*|beats?|exceed\w*", r"不如|逊于|落后于|落后|underperform\w*|lags? behind"),
    # Whether something is so.
    (r"足够|够用|enough|sufficient\w*", r"不够|不足|太少|too (?:little|few|small)|not enough|insufficient\w*"),
    (r"成功|success\w*|succeed\w*", r"失败|fail\w*"),
    (r"相同|一样|一致|same|identical|equal\w*", r"不同|不一样|不一致|differ\w*|unequal"),
    (r"适合|推荐|值得|应当用|suit(?:s|able|ed)|recommend\w*", r"避开|避免|不宜|avoid\w*|unsuit\w*|stay away"),
    (r"允许|准许|可以用|allow\w*|permit\w*", r"禁止|不得|不准|不许|forbid\w*|forbidden|prohibit\w*|bann?ed"),
    (r"公开|public\w*|open", r"保密|私有|机密|secret\w*|confidential\w*|private\w*|closed"),
    (r"接受|采纳|accept\w*", r"拒绝|驳回|reject\w*|refus\w*|declin\w*"),
    (r"包括|包含|计入|算上|includ\w*", r"不含|不包括|不计|没算|还没算|除外|exclud\w*"),
    (r"有效|effective\w*", r"无效|ineffective\w*"),
    (r"可靠|稳定|reliabl\w*|stabl[ey]", r"不可靠|不稳定|unreliabl\w*|unstabl[ey]"),
    (r"已证实|已核实|confirmed|verified", r"未证实|未核实|未能核实|unconfirmed|unverified"),
    (r"内部|internal\w*", r"外部|external\w*"),
    (r"白天|by day", r"夜里|夜间|晚上|at night"),
    (r"线上|在线|online", r"线下|离线|offline"),
    (r"有监督|(?<!un)supervised", r"无监督|unsupervised"),
    (r"稠密|dense", r"稀疏|sparse"),
    (r"短期|short-term|short run", r"长期|long-term|long run"),
    (r"集中式|集中|centrali[sz]ed", r"分布式|分散|decentrali[sz]ed|distributed"),
    # How much of it, how surely, how often.
    (
        r"所有|全部|一切|任何|总是|总能|完全|all|every|always|any|each|entire\w*|whole|completely",
        r"部分|一些|有些|多数|大半|少数|有时|很少|一半|some|most|many|part of|partly|sometimes|seldom|few|half",
    ),
    (r"必须|必需|一定要|must|requir\w*|oblig\w*|mandatory", r"可以|可能|可选|自愿|may|might|optional\w*|voluntary"),
    (r"通常|往往|经常|一般|多半|usually|often|mostly|typically|generally|frequently",
     r"很少|极少|罕见|seldom|rarely|rare"),
    (r"只有一|唯一|only one|a single", r"许多|多个|好几|many|several"),
    (r"至少|不少于|at least|no fewer than", r"至多|最多|不超过|at most|no more than|up to"),
    (r"立即|马上|immediately|at once", r"以后再|推迟|稍后|later|postpon\w*|delay\w*"),
    # By what it is counted.
    (
        r"每天|每日|每晚|per day|a day|daily|every day|nightly|every night",
        r"每周|每星期|per week|a week|weekly|every week",
        r"每个?月|按月|per month|a month|monthly|every month|each month",
        r"每个?季度|per quarter|quarterly|every quarter|each quarter",
        r"每年|年度|per year|a year|annual\w*|yearly|every year|each year",
        r"每个?小时|per hour|an hour|hourly",
        r"每分钟|per minute|a minute",
        r"每秒|per second|a second",
    ),
    (r"预训练|pre-?train\w*", r"微调|fine-?tun\w*"),
)  # fmt: skip


def contradicted(claim: str, passage: str) -> list[str]:
    """What `claim` says of a contrast of which `passage` says only another pole."""
    said, held = _poles(claim), _poles(passage)
    found: list[str] = []
    for row, poles in said.items():
        if row in held and held[row].keys().isdisjoint(poles):
            found.extend(poles.values())
    return found


@lru_cache(maxsize=2_000)
def _poles(text: str) -> dict[int, dict[int, str]]:
    """For each contrast that `text` speaks of, the poles it names and the word for each."""
    folded = _fold(text)
    poles: dict[int, dict[int, str]] = {}
    for row, patterns in enumerate(_patterns()):
        for pole, pattern in enumerate(patterns):
            # What is denied belongs to neither pole for sure; polarity.py looks at it.
            match = next((m for m in pattern.finditer(folded) if not _DENIED.search(folded[: m.start()])), None)
            if match:
                poles.setdefault(row, {})[pole] = match.group()
    return poles


_DENIED = re.compile(r"(?:\b(?:not|never|no|neither|nor|cannot)\s(?:\w+\s)?|n't\s(?:\w+\s)?|[不没未无非])$")


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], ...], ...]:
    return tuple(tuple(_pattern(pole) for pole in row) for row in _CONTRASTS)


def _pattern(pole: str) -> re.Pattern[str]:
    """A pole whose English words stand by themselves."""
    return re.compile("|".join(f"(?:{p})" if HAN.search(p) else rf"\b(?:{p})\b" for p in pole.split("|")))


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
