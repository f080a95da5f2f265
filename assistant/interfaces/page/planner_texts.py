"""What the planner says, in both languages. The words of a calculation itself are the calculators' own."""

from __future__ import annotations

from corpus.document import Language

PLANNER_TEXTS: dict[Language, dict[str, str]] = {
    "zh": {
        "planner": "成本测算",
        "calculator": "要算什么",
        "more": "其余条件",
        "like": "例：{example}",
        "unit": "单位：{unit}",
        "standard": "不填按 {value}：{because}",
        "standard_choice": "{value}（{because}）",
        "none": "不选（{because}）",
        "choose": "请选择",
        "waiting": "填好左侧的数值，结果随即出现。",
        "cannot": "还算不出来",
        "ask_about": "就此结果提问",
        "steps": "计算步骤",
        "assumed": "假定",
        "notes": "注意",
        "sources": "依据",
        "curve": "{title}曲线图",
        "company": "公司档案",
        "company_hint": "只保存在本机；测算和回答会用到。清空一项即忘掉它。",
        "keep": "保存档案",
        "kept": "已保存。",
        "not_kept": "没有保存：",
        "admins_only": "公司档案大家共用，只有管理员能改。",
    },
    "en": {
        "planner": "Cost planner",
        "calculator": "What to work out",
        "more": "Further conditions",
        "like": "e.g. {example}",
        "unit": "in {unit}",
        "standard": "{value} if left empty: {because}",
        "standard_choice": "{value} ({because})",
        "none": "none ({because})",
        "choose": "choose one",
        "waiting": "Fill in the figures; the result follows as you type.",
        "cannot": "Not yet",
        "ask_about": "Ask about this",
        "steps": "Steps",
        "assumed": "Assumed",
        "notes": "Note",
        "sources": "Sources",
        "curve": "Curve of {title}",
        "company": "Company profile",
        "company_hint": "Kept on this machine only; used by calculations and answers. Empty a field to forget it.",
        "keep": "Save the profile",
        "kept": "Saved.",
        "not_kept": "Nothing was saved:",
        "admins_only": "All users share the company's profile; only an admin may change it.",
    },
}

# Each key of the company's profile: what it is called, and how it is written.
COMPANY_TEXTS: dict[Language, dict[str, tuple[str, str]]] = {
    "zh": {
        "stage": ("阶段", "种子轮"),
        "product": ("产品", "给律师用的检索助手"),
        "headcount": ("人数", "12"),
        "currency": ("货币", "CNY"),
        "cash": ("现金", "3000万元"),
        "monthly_burn": ("每月净消耗", "120万元/月"),
        "accelerator": ("加速卡型号", "h100-sxm"),
        "accelerators": ("加速卡数量", "16"),
        "traffic": ("请求量", "5万/天"),
    },
    "en": {
        "stage": ("Stage", "seed"),
        "product": ("Product", "research assistant for lawyers"),
        "headcount": ("People", "12"),
        "currency": ("Currency", "USD"),
        "cash": ("Cash", "$3M"),
        "monthly_burn": ("Net burn", "$200k/month"),
        "accelerator": ("Accelerator", "h100-sxm"),
        "accelerators": ("Number of accelerators", "16"),
        "traffic": ("Requests", "50k/day"),
    },
}
