"""A GGUF model -> the same weights in bf16 as safetensors, for servers that do not read GGUF.

Quantised weights are written out as they are: nothing is gained in quality, four times the bytes are taken.
"""

from __future__ import annotations

import io
import json
import shutil
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from importlib.util import find_spec
from pathlib import Path

from serving.errors import FetchError, ModelMissingError

COMPLETE = "complete.json"
# In memory: the weights as they are read, in bf16 and, one tensor at a time, in fp32.
BYTES_PER_PARAMETER = 2
_NEEDED = ("gguf", "accelerate")


def export_gguf(model_file: Path, target: Path, *, name: str, sha256: str) -> None:
    """Write `model_file` to the folder `target`, whole or not at all; `complete.json` says what it was made from.

    :raises ModelMissingError: when what it takes is not installed.
    :raises FetchError: when `target` is there already, the disk is full, or the model cannot be read.
    """
    missing = [package for package in _NEEDED if find_spec(package) is None]
    if missing:
        raise ModelMissingError(
            f"writing out a GGUF model needs {' and '.join(missing)}; install it with "
            "`pip install 'founder-assistant[export]'` and run the same command again"
        )
    if target.exists():
        raise FetchError(f"{target} is there already; name a new folder, or remove it first")
    free = _free(target)
    need = model_file.stat().st_size * 4
    if need > free:
        raise FetchError(f"{need / 1e9:.1f} GB are needed in {target.parent}, {free / 1e9:.1f} GB are free; make room")
    aside = target.with_name(f".{target.name}.writing")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        _write(model_file, aside)
        record = {"model": name, "from": model_file.name, "sha256": sha256, "dtype": "bfloat16"}
        sizes = {path.name: path.stat().st_size for path in sorted(aside.iterdir())}
        (aside / COMPLETE).write_text(json.dumps({**record, "files": sizes}, indent=1), encoding="utf-8")
        aside.rename(target)
    except OSError as error:
        raise FetchError(f"{target} could not be written ({error.strerror or error})") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _write(model_file: Path, folder: Path) -> None:
    # Only who exports pays for this import.
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    folder.mkdir(parents=True)
    where = {"pretrained_model_name_or_path": str(model_file.parent), "gguf_file": model_file.name}
    try:
        with warnings.catch_warnings(), _bars_only_on_a_terminal():
            warnings.simplefilter("ignore")
            tokenizer = AutoTokenizer.from_pretrained(**where)
            model = AutoModelForCausalLM.from_pretrained(
                **where, dtype="bfloat16", quantization_config=GgufConfig(dequantize=True)
            )
    except (ValueError, KeyError, RuntimeError, ImportError) as error:
        raise FetchError(f"{model_file} cannot be written out ({error}); only the common architectures can") from error
    # Left in, they would tell the reader, and `save_pretrained` itself, that these weights are still quantised.
    model.hf_quantizer = None
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


@contextmanager
def _bars_only_on_a_terminal() -> Iterator[None]:
    """Transformers draws its bars wherever stderr goes."""
    if sys.stderr.isatty():
        yield
        return
    with redirect_stderr(io.StringIO()):
        yield


def _free(target: Path) -> int:
    existing = next(path for path in (target, *target.absolute().parents) if path.exists())
    return shutil.disk_usage(existing).free
