"""One training step of a network described as nodes, in PyTorch: reads job.json and in.bin, writes out.bin."""
import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
folder = Path(sys.argv[1])
job = json.loads((folder / "job.json").read_text())
flat = torch.from_numpy(np.fromfile(folder / "in.bin", dtype=np.float32))
arrays = {k: flat[a["from"] : a["from"] + int(np.prod(a["shape"]))].reshape(a["shape"]) for k, a in job["arrays"].items()}
images, labels = arrays.pop("images"), arrays.pop("labels")
BITS, SHARE, RATES = job["bits"], job["share"], job["rateFactors"]
N = 2 ** (BITS or 1) - 1


def straight(value, through):
    return through + (value - through).detach()


def weight(w, c):
    c = c.abs()
    t = (w / c).clamp(-1, 1)
    q = torch.floor(N * (t + 1) / 2 + 0.5)
    return c * straight((2 * q - N) / N, t)


def activation(x, c):
    c = c.abs()
    t = (x / c).clamp(0, 1)
    return c * straight(torch.floor(N * t + 0.5) / N, t)


def loss_of(w, rest, stored, running):
    values = {"input": images.permute(0, 3, 1, 2)}
    for node in job["nodes"]:
        x, name = values[node["input"]], node["name"]
        if node["op"] == "conv":
            (kh, kw), s = node["kernel"], node["stride"]
            pads = []
            for size, k in ((x.shape[3], kw), (x.shape[2], kh)):
                total = max((-(-size // s) - 1) * s + k - size, 0)
                pads += [total // 2, total - total // 2]
            y = F.conv2d(F.pad(x, pads), w[name].permute(3, 2, 0, 1), stride=s)
        elif node["op"] == "linear":
            y = x @ w[name] + rest[name + ".bias"]
        elif node["op"] == "batchNorm":
            g, b, eps = rest[name + ".gamma"], rest[name + ".beta"], node.get("epsilon", 1e-5)
            if running is not None:  # a batch norm in training mode moves its running statistics itself
                F.batch_norm(x.detach(), running[name + ".mean"], running[name + ".variance"], training=True, momentum=SHARE)
            given = (arrays[name + ".mean"], arrays[name + ".variance"]) if stored else (None, None)
            y = F.batch_norm(x, *given, g, b, training=not stored, eps=eps)
        elif node["op"] == "activation":
            y = activation(x, rest[name + ".clip"]) if BITS else F.relu(x)
        elif node["op"] == "add":
            y = x + values[node["other"]]
        elif node["op"] == "globalAveragePool":
            y = x.mean((2, 3))
        values[name] = y
    return F.cross_entropy(values[job["nodes"][-1]["name"]], labels.argmax(1))


layers = [n["name"] for n in job["nodes"] if n["op"] in ("conv", "linear")]
trained = {k: v.clone().requires_grad_() for k, v in arrays.items() if k in job["trained"]}
running = {k: v.clone() for k, v in arrays.items() if k.endswith((".mean", ".variance"))}
latent = {n: trained[n + ".weight"] for n in layers}
quantized = {n: weight(latent[n], trained[n + ".weight_clip"]) if BITS else latent[n] for n in layers}
rest = {k: v for k, v in trained.items() if not k.endswith((".weight", ".weight_clip"))}
stored = job["statistics"] == "stored"
loss = loss_of(quantized, rest, stored, running)
if job["rho"] is None:
    loss.backward()
else:
    moved = [*quantized.values(), *rest.values()]
    g = torch.autograd.grad(loss, moved, retain_graph=True)
    scale = job["rho"] / (torch.stack([x.norm() for x in g]).norm() + 1e-12)
    steps = [x * scale for x in g]
    w2 = {n: q + e for (n, q), e in zip(quantized.items(), steps)}
    rest2 = {k: v + e for (k, v), e in zip(rest.items(), steps[len(w2) :])}
    loss_of(w2, rest2, stored, None).backward()
groups = [
    {"params": [v], "lr": job["learningRate"] * RATES.get(k, 1), "weight_decay": job["weightDecay"] if k.endswith(".weight") else 0}
    for k, v in trained.items()
]
torch.optim.SGD(groups, momentum=0.9, nesterov=True).step()
result = {**arrays, **running, **{k: v.detach() for k, v in trained.items()}}
np.concatenate([[loss.item()], *(result[k].numpy().ravel() for k in arrays)]).astype(np.float32).tofile(folder / "out.bin")
