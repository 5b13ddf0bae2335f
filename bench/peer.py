"""The work of bench/*.mjs in PyTorch eager on one thread: reads requests as JSON lines, answers with milliseconds."""
import json
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(1)
BATCH, N = 128, 15
SHAPES = {"conv1": (6, 1, 5, 5), "conv2": (16, 6, 5, 5), "fc1": (120, 400), "fc2": (84, 120), "fc3": (10, 84)}


class Weights(torch.autograd.Function):
    @staticmethod
    def forward(ctx, w, c):
        t = (w / c).clamp(-1, 1)
        value = c * ((2 * torch.floor((t + 1) * (N / 2) + 0.5) - N) / N)
        ctx.save_for_backward(w, c, value)
        return value

    @staticmethod
    def backward(ctx, dy):
        w, c, value = ctx.saved_tensors
        inside = (w.abs() <= c).to(dy.dtype)
        return dy * inside, (dy * (value / c - (w / c).clamp(-1, 1) * inside)).sum()


class Activations(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, c):
        value = c * (torch.floor((x / c).clamp(0, 1) * N + 0.5) / N)
        ctx.save_for_backward(x, c, value)
        return value

    @staticmethod
    def backward(ctx, dy):
        x, c, value = ctx.saved_tensors
        above = x > c
        dx = dy * ((x >= 0) & ~above)
        return dx, (dx * (value - x)).sum() / c + (dy * above).sum()


class Net:
    def __init__(self, quantized):
        self.quantized = quantized
        he = lambda s: torch.randn(s) * (2 / s[1:].numel()) ** 0.5
        self.w = {k: he(torch.Size(s)).requires_grad_() for k, s in SHAPES.items()}
        self.b = {k: torch.zeros(s[0], requires_grad=True) for k, s in SHAPES.items()}
        self.cw = {k: (0.8 * w.detach().abs().max()).requires_grad_() for k, w in self.w.items()} if quantized else {}
        self.ca = [torch.tensor(2.0, requires_grad=True) for _ in range(4)] if quantized else []

    def groups(self):
        return [*self.w.values()], [*self.b.values(), *self.cw.values(), *self.ca]

    def quantize(self):
        return {k: Weights.apply(w, self.cw[k]) for k, w in self.w.items()} if self.quantized else self.w

    def loss(self, w, b, ca, x, y):
        act = (lambda v, i: Activations.apply(v, ca[i])) if self.quantized else (lambda v, i: F.relu(v))
        return F.cross_entropy(self.logits(w, b, act, x), y)

    def logits(self, w, b, act, x):
        x = act(F.max_pool2d(F.conv2d(x, w["conv1"], b["conv1"], padding=2), 2), 0)
        x = act(F.max_pool2d(F.conv2d(x, w["conv2"], b["conv2"]), 2), 1).flatten(1)
        x = act(F.linear(x, w["fc1"], b["fc1"]), 2)
        x = act(F.linear(x, w["fc2"], b["fc2"]), 3)
        return F.linear(x, w["fc3"], b["fc3"])


class Training:
    def __init__(self, name):
        torch.manual_seed(0)
        self.saq = name.endswith("SAQ")
        self.net = Net(name != "float")
        weights, rest = self.net.groups()
        groups = [{"params": weights, "weight_decay": 1e-4}, {"params": rest}]
        self.optimizer = torch.optim.SGD(groups, lr=1e-4, momentum=0.9, nesterov=True)
        self.pixels = torch.randint(0, 256, (BATCH, 1, 28, 28), dtype=torch.uint8)
        self.labels = torch.randint(0, 10, (BATCH,))

    def once(self):
        net, x, y = self.net, self.pixels.float() / 255, self.labels
        self.optimizer.zero_grad()
        w = net.quantize()
        loss = net.loss(w, net.b, net.ca, x, y)
        if self.saq:
            names, moved = list(w), [*w.values(), *net.b.values(), *net.ca]
            gradient = torch.autograd.grad(loss, moved, retain_graph=True)
            with torch.no_grad():
                scale = 0.2 / (torch.stack([g.norm() for g in gradient]).norm() + 1e-12)
                steps = [g * scale for g in gradient]
            k = len(names)
            w2 = {n: w[n] + e for n, e in zip(names, steps)}
            b2 = {n: net.b[n] + e for n, e in zip(names, steps[k:])}
            ca2 = [c + e for c, e in zip(net.ca, steps[2 * k :])]
            net.loss(w2, b2, ca2, x, y).backward()
        else:
            loss.backward()
        self.optimizer.step()
        loss.item()


def lenet5():
    pool = [nn.ReLU(), nn.MaxPool2d(2)]
    convs = [nn.Conv2d(1, 6, 5, padding=2), *pool, nn.Conv2d(6, 16, 5), *pool]
    fc = [nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)]
    return nn.Sequential(*convs, nn.Flatten(), *fc)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride, 1)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, stride) if stride > 1 else nn.Identity()

    def forward(self, x):
        return torch.relu(self.second(torch.relu(self.first(x))) + self.shortcut(x))


def resnet18(width=16):
    layers, inputs = [nn.Conv2d(3, width, 3, 1, 1), nn.ReLU()], width
    for stage in range(4):
        for block in range(2):
            outputs = width * 2**stage
            layers.append(Block(inputs, outputs, 2 if stage > 0 and block == 0 else 1))
            inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, 10))


class Evaluation:
    """Float networks, batch norm folded, in the batch size and memory layout that are fastest here."""

    SIZES = {"lenet5": (lenet5, (1, 28, 28), 10_000, (500, 1000)), "resnet18": (resnet18, (3, 32, 32), 500, (100, 500))}

    def __init__(self, name):
        torch.manual_seed(0)
        make, shape, count, batches = self.SIZES[name]
        model, images = make().eval(), torch.rand(count, *shape)
        layouts = (torch.contiguous_format, torch.channels_last)
        self.work = fastest([forward(model, images, batch, layout) for batch in batches for layout in layouts])

    def once(self):
        self.work()


def forward(model, images, batch, layout):
    def work():
        moved = model.to(memory_format=layout)
        for part in images.split(batch):
            moved(part.to(memory_format=layout))

    return work


class Trials:
    """LeNet-5 with 4-bit codes in memory: draw faulty bits, flip them, evaluate fake quantized, count what is right."""

    RATE, IMAGES = 0.01, 10_000

    def __init__(self, name):
        torch.manual_seed(0)
        net = Net(quantized=True)
        self.net = net
        self.clips = {k: c.item() for k, c in net.cw.items()}
        self.codes = {
            k: torch.floor(((w / self.clips[k]).clamp(-1, 1) + 1) * (N / 2) + 0.5).to(torch.uint8)
            for k, w in net.w.items()
        }
        self.images = torch.randint(0, 256, (self.IMAGES, 1, 28, 28), dtype=torch.uint8).float() / 255
        self.labels = torch.randint(0, 10, (self.IMAGES,))
        self.work = fastest([self.trial(batch) for batch in (500, 1000)])

    def trial(self, batch):
        def work():
            w = {k: self.read(k) for k in self.codes}
            ca = [c.item() for c in self.net.ca]
            act = lambda v, i: ca[i] * (torch.floor((v / ca[i]).clamp(0, 1) * N + 0.5) / N)
            parts = zip(self.images.split(batch), self.labels.split(batch))
            return sum(int((self.net.logits(w, self.net.b, act, x).argmax(1) == y).sum()) for x, y in parts)

        return work

    def read(self, name):
        stored, clip = self.codes[name], self.clips[name]
        for bit in range(4):
            stored = stored ^ ((torch.rand(stored.shape) < self.RATE).to(torch.uint8) << bit)
        return clip * ((2 * stored.float() - N) / N)

    def once(self):
        self.work()


def fastest(works):
    with torch.inference_mode():
        for work in works:
            work()
        return min(works, key=lambda work: min(milliseconds(work) for _ in range(3)))


def milliseconds(work):
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


KINDS = {"training": Training, "evaluating": Evaluation, "trials": Trials}
cases = {}
for line in sys.stdin:
    request = json.loads(line)
    if "hello" in request:
        answer = {"version": torch.__version__}
    else:
        kind, name = request["name"].split(" ", 1)
        if request["name"] not in cases:
            cases[request["name"]] = KINDS[kind](name)
        case = cases[request["name"]]
        with torch.inference_mode(kind != "training"):
            answer = [milliseconds(case.once) for _ in range(request["repeats"])]
    print(json.dumps(answer), flush=True)
