"""What `assistant serve` says, in the asker's language."""

from __future__ import annotations

from corpus.document import Language
from serving.launching.supervisor import Event

_EVENTS = {
    "starting": ("starting the server; a large model takes minutes to load", "正在启动服务；大模型加载需要几分钟"),
    "ready": ("ready after {seconds:.0f} s: it wrote its first token", "已就绪（{seconds:.0f} 秒后写出第一个 token）"),
    "failed": ("{detail}; starting it again in {seconds:.0f} s", "服务中断（{detail}）；{seconds:.0f} 秒后重启"),
    "left_over": (
        "stopping the server (process {detail}) that a killed `assistant serve` left running",
        "正在停止先前被强行终止的 assistant serve 留下的服务（进程 {detail}）",
    ),
    "stopping": ("stopping the server", "正在停止服务"),
}

_WORDS = {
    "reach": (
        "the server answers on {url}; `assistant ask` and `assistant chat` of this home find it by themselves. "
        "Other programs: key in {key}. Its log: {log}. Ctrl-C stops it",
        "服务地址 {url}；同一主目录下的 assistant ask 与 assistant chat 会自动使用它。其他程序的密钥在 {key}，"
        "日志在 {log}。按 Ctrl-C 停止",
    ),
    "writing_out": (
        "writing {model} out as safetensors for vLLM, once (some minutes; four times the bytes)",
        "正在把 {model} 写成 vLLM 可用的 safetensors，仅此一次（几分钟，占用约四倍空间）",
    ),
    "fetching": (
        "fetching {size:.1f} GB from {hub}: {repo} at {revision}, into {folder}",
        "正在从 {hub} 下载 {size:.1f} GB：{repo}，版本 {revision}，存入 {folder}",
    ),
    "may_fetch": (
        "{repo} is not on this machine. Nothing is downloaded unasked: `assistant serve {named} --download` fetches "
        "{size} from {hub}, at commit {revision}",
        "本机没有 {repo}。未经允许不会下载：`assistant serve {named} --download` 会从 {hub} 下载 {size}"
        "（版本 {revision}）",
    ),
    "about": ("about {size:.1f} GB", "约 {size:.1f} GB"),
    "its_files": ("its weights (their size is said first)", "其权重（下载前会说明大小）"),
    "dropped": ("the server does not see these variables: {names}", "以下环境变量不会传给服务：{names}"),
    "yours": ("your flags replace: {flags}", "以您的参数为准，替换：{flags}"),
    "no_python": ("no vLLM here: the command is shown for one", "本机没有 vLLM：以下命令仅供参考"),
    "unknown_shape": (
        "how much memory it takes is not known before its weights are here",
        "权重下载之前无法得知所需内存",
    ),
    "what_fits": ("Models for this machine, best first:", "适合这台机器的模型（优者在前）："),
    "choose": ("to serve one: assistant serve {model} --download", "启动服务：assistant serve {model} --download"),
    "none_fits": (
        "none of them fits; the embedded model needs no server: assistant chat",
        "都放不下；内置模型不需要服务：assistant chat",
    ),
    "elsewhere": (
        "vLLM there is the CPU build; the GPUs are not used",
        "该环境中的 vLLM 是 CPU 版，不使用 GPU",
    ),
    "no_gpu": (
        "vLLM in {python} is the GPU build, and no NVIDIA GPU is seen here. `make vllm-cpu` makes an environment for a "
        "processor; on other accelerators start vLLM yourself and name it in base_url",
        "{python} 中的 vLLM 是 GPU 版，但这里没有 NVIDIA GPU。`make vllm-cpu` 可建立 CPU 环境；"
        "其他加速卡请自行启动 vLLM，并在 base_url 中填写地址",
    ),
}


def word(name: str, language: Language, **values: object) -> str:
    """One sentence."""
    return _WORDS[name][language == "zh"].format(**values)


def event_line(event: Event, language: Language) -> str:
    """What happened to the server."""
    return _EVENTS[event.kind][language == "zh"].format(seconds=event.seconds, detail=event.detail)
