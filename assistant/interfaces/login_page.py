"""The login page, in both languages. No script, no Gradio."""

from __future__ import annotations

import html
import urllib.parse

from corpus.document import Language

LOGIN_TEXTS: dict[Language, dict[str, str]] = {
    "zh": {
        "title": "大模型创业战略助手",
        "sign_in": "登录",
        "name": "用户名",
        "password": "密码",
        "hint": "账户由运行本助手的人用 assistant users add 添加。",
        "wrong": "用户名和密码不匹配。",
        "locked": "这个用户名试错太多次，请在 {minutes} 分钟后再试。",
        "other": "English",
    },
    "en": {
        "title": "Founder Assistant",
        "sign_in": "Sign in",
        "name": "Name",
        "password": "Password",
        "hint": "Whoever runs this assistant adds accounts with: assistant users add",
        "wrong": "Name and password do not belong together.",
        "locked": "Too many wrong tries for this name. Try again in {minutes} minutes.",
        "other": "中文",
    },
}

_STYLE = """
:root { color-scheme: light dark; font-family: system-ui, "Noto Sans CJK SC", sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText; }
main { width: min(22rem, calc(100vw - 3rem)); }
h1 { font-size: 1.3rem; margin: 0 0 1.2rem; }
label { display: block; margin-bottom: 1rem; }
input { display: block; width: 100%; box-sizing: border-box; font: inherit; padding: .55rem .7rem; margin-top: .25rem;
  border: 1px solid GrayText; border-radius: 6px; }
button { font: inherit; font-weight: 600; width: 100%; padding: .6rem; border: 0; border-radius: 6px; cursor: pointer;
  background: #9a3412; color: #fff; }
input:focus-visible, button:focus-visible, a:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
.alert { border-left: 4px solid #d1242f; padding: .4rem .7rem; margin: 0 0 1rem; }
.hint { font-size: .85rem; }
"""


def login_html(language: Language, *, name: str = "", wanted: str = "/", complaint: str = "") -> str:
    """The page; `wanted` is where to go then, `complaint` why nobody was let in just now."""
    texts = LOGIN_TEXTS[language]
    other = "en" if language == "zh" else "zh"
    alert = f'<p class="alert" role="alert">{html.escape(complaint)}</p>' if complaint else ""
    way = f"/login?language={other}&amp;next={urllib.parse.quote(wanted, safe='')}"
    focus = ("", " autofocus") if name else (" autofocus", "")
    return f"""<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{texts["sign_in"]} · {texts["title"]}</title><style>{_STYLE}</style></head>
<body><main><h1>{texts["title"]}</h1>{alert}
<form method="post" action="/login"><input type="hidden" name="next" value="{html.escape(wanted)}">
<input type="hidden" name="language" value="{language}">
<label>{texts["name"]}<input name="name" value="{html.escape(name)}" autocomplete="username" required{focus[0]}></label>
<label>{texts["password"]}<input name="password" type="password" autocomplete="current-password" required{focus[1]}>
</label><button>{texts["sign_in"]}</button></form>
<p class="hint">{texts["hint"]}</p>
<p><a href="{way}" hreflang="{other}" lang="{other}">{texts["other"]}</a></p>
</main></body></html>"""
