"""A pickle of weights -> safetensors, once. The one place that opens a pickle, and only as plain tensors."""

from __future__ import annotations

import pickle
from pathlib import Path

from serving.errors import FetchError


def rewrite_as_safetensors(pickled: Path, target: Path) -> None:
    """Write the tensors of `pickled` to `target`.

    :raises FetchError: when the file holds anything but tensors.
    """
    # Only a model that ships as a pickle pays for this import.
    import torch
    from safetensors.torch import save_file

    try:
        tensors = torch.load(pickled, map_location="cpu", weights_only=True)
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, target, metadata={"format": "pt"})
    except (pickle.UnpicklingError, RuntimeError, AttributeError) as error:
        raise FetchError(f"{pickled.name} holds more than tensors and is not used ({error})") from error
