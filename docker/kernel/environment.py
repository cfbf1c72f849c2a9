"""Writes this process's environment, as far as Go cells need it, into the installed kernel's kernel.json.

Run by docker/setup.sh, with JUPYTER_DATA_DIR saying where the kernel was installed.
"""

import json
import os
import pathlib
import platform

# CGO_ENABLED is set only on a machine without a C compiler, where Go is told not to look for one.
NAMES = [
    "CGO_ENABLED",
    "GOEXPERIMENT",
    "GOMLX_BACKEND",
    "GOPLSCACHE",
    "GOTOOLCHAIN",
    "PJRT_PLUGIN_LIBRARY_PATH",
]

venv = pathlib.Path(os.environ["JUPYTER_DATA_DIR"]).parent.parent
path = venv / "share/jupyter/kernels/gonb/kernel.json"
spec = json.loads(path.read_text())
spec["env"] = {name: os.environ[name] for name in NAMES if name in os.environ}
spec["env"]["GOMLX_NO_AUTO_INSTALL"] = "1"
# Every cell links a program of its own. Without symbols for a debugger that takes half the time. Go hands programs with
# C in them to the C compiler's linker, which takes half as long again; on the one system where XLA's plugin comes with
# this project, Go's own linker is known to do.
linking = "-s -linkmode=internal" if (platform.system(), platform.machine()) == ("Linux", "x86_64") else "-s"
spec["env"]["GOFLAGS"] = f"'-ldflags={linking}'"
# Jupyter puts the value of its own PATH in the place of ${PATH}.
spec["env"]["PATH"] = os.pathsep.join([str(venv / "go/bin"), str(venv / "bin"), "${PATH}"])
path.write_text(json.dumps(spec, indent=2) + "\n")
