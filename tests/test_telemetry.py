"""Nothing is told to anybody: no library that is used keeps or sends a word about this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

WORK = """
import os
import hairyo
from PIL import Image
from hairyo.documents.pictures import look
hairyo.scan("うつ病で休職しました。")
look(Image.new("RGB", (200, 200), "white"))
print(*(os.path.realpath(f"/proc/self/fd/{one}") for one in os.listdir("/proc/self/fd")), sep="\\n")
"""


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the system does not list a process's open files")
def test_the_models_runtime_keeps_no_identifier_and_opens_no_connection(tmp_path):
    env = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    env |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run([sys.executable, "-c", WORK], env=env, capture_output=True, text=True, check=True)
    opened = done.stdout.splitlines()
    assert not [one for one in opened if "socket" in one or one.startswith(str(tmp_path))]
    assert not [path.name for path in tmp_path.rglob("*") if "onnx" in path.name.lower() or path.name == "deviceid"]
