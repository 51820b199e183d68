"""Opens ONNX models on the processor. Knows nothing of what the models compute."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from rag.errors import ConfigurationError


def open_session(path: Path) -> Any:
    """An onnxruntime session over the model file.

    Raises:
        ConfigurationError: the file is missing or not a model.
    """
    # Read when onnxruntime starts: without it, its builds since 1.29 keep a device id and send events to their maker.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # Without this every input shape keeps its own buffers, and memory grows with each new question length.
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ConfigurationError(f"The model {path} cannot be opened ({error}); delete it and start again.") from error
