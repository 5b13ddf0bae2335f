"""PyTorch with torch.compile, which writes and compiles C++."""
import os
import tempfile

scratch = tempfile.TemporaryDirectory(prefix="flatenn-bench-")
os.environ["TORCHINDUCTOR_CACHE_DIR"] = scratch.name

import torch
import torch._functorch.config
import torch._inductor.config

from pytorch import evaluations
from serve import serve
from training import steps

torch._inductor.config.compile_threads = 1


def candidates(task):
    torch._dynamo.reset()
    if task["kind"] == "training":
        return steps(task, lambda function: torch.compile(function, dynamic=False))
    # Frozen weights are built into the code, so that only a network that nothing changes can have them.
    return evaluations(task, prepare, ("",) if task["kind"] == "trials" else ("frozen weights", ""))


def prepare(net, manner):
    torch._dynamo.reset()
    torch._inductor.config.freezing = manner != ""
    return torch.compile(net, dynamic=False)


serve(torch.__version__, candidates)
