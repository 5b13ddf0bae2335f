"""Training steps of LeNet-5 in PyTorch: float, quantized by fake quantization, and with SAQ."""
import torch
import torch.nn.functional as F

BATCH, N = 128, 15
SHAPES = {"conv1": (6, 1, 5, 5), "conv2": (16, 6, 5, 5), "fc1": (120, 400), "fc2": (84, 120), "fc3": (10, 84)}
LAYOUTS = {"channels first": torch.contiguous_format, "channels last": torch.channels_last}
OPTIMIZERS = {"fused optimizer": True, "": False}


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
    def __init__(self, quantized, layout):
        self.quantized = quantized
        he = lambda s: torch.randn(s) * (2 / s[1:].numel()) ** 0.5
        laid = lambda w: w.contiguous(memory_format=layout) if w.dim() == 4 else w
        self.w = {k: laid(he(torch.Size(s))).requires_grad_() for k, s in SHAPES.items()}
        self.b = {k: torch.zeros(s[0], requires_grad=True) for k, s in SHAPES.items()}
        self.cw = {k: (0.8 * w.detach().abs().max()).requires_grad_() for k, w in self.w.items()} if quantized else {}
        self.ca = [torch.tensor(2.0, requires_grad=True) for _ in range(4)] if quantized else []

    def groups(self):
        return [*self.w.values()], [*self.b.values(), *self.cw.values(), *self.ca]

    def quantize(self, w, cw):
        return {k: Weights.apply(v, cw[k]) for k, v in w.items()} if self.quantized else w

    def loss(self, w, b, ca, x, y):
        act = (lambda v, i: Activations.apply(v, ca[i])) if self.quantized else (lambda v, i: F.relu(v))
        x = act(F.max_pool2d(F.conv2d(x, w["conv1"], b["conv1"], padding=2), 2), 0)
        x = act(F.max_pool2d(F.conv2d(x, w["conv2"], b["conv2"]), 2), 1).flatten(1)
        x = act(F.linear(x, w["fc1"], b["fc1"]), 2)
        x = act(F.linear(x, w["fc2"], b["fc2"]), 3)
        return F.cross_entropy(F.linear(x, w["fc3"], b["fc3"]), y)


class Training:
    def __init__(self, precision, layout, fused, prepare):
        torch.manual_seed(0)
        self.saq = precision == "W4A4 with SAQ"
        self.net = net = Net(precision != "float", layout)
        weights, rest = net.groups()
        groups = [{"params": weights, "weight_decay": 1e-4}, {"params": rest}]
        self.optimizer = torch.optim.SGD(groups, lr=1e-4, momentum=0.9, nesterov=True, fused=fused)
        self.pixels = torch.randint(0, 256, (BATCH, 1, 28, 28), dtype=torch.uint8).contiguous(memory_format=layout)
        self.labels = torch.randint(0, 10, (BATCH,))
        self.quantize, self.loss = prepare(net.quantize), prepare(net.loss)
        self.whole = prepare(lambda w, cw, b, ca, x, y: net.loss(net.quantize(w, cw), b, ca, x, y))

    def once(self):
        net, x, y = self.net, self.pixels.float() / 255, self.labels
        self.optimizer.zero_grad()
        if self.saq:
            loss = self.two_passes(x, y)
        else:
            loss = self.whole(net.w, net.cw, net.b, net.ca, x, y)
            loss.backward()
        self.optimizer.step()
        return loss.item()

    def two_passes(self, x, y):
        net = self.net
        w = self.quantize(net.w, net.cw)
        loss = self.loss(w, net.b, net.ca, x, y)
        names, moved = list(w), [*w.values(), *net.b.values(), *net.ca]
        gradient = torch.autograd.grad(loss, moved)
        with torch.no_grad():
            scale = 0.2 / (torch.stack([g.norm() for g in gradient]).norm() + 1e-12)
            steps = [g * scale for g in gradient]
        k = len(names)
        w2 = {n: w[n] + e for n, e in zip(names, steps)}
        b2 = {n: net.b[n] + e for n, e in zip(names, steps[k:])}
        ca2 = [c + e for c, e in zip(net.ca, steps[2 * k :])]
        self.loss(w2, b2, ca2, x, y).backward()
        return loss


def steps(task, prepare):
    """Every layout and optimizer; `prepare` makes a function faster."""
    for layout, memory_format in LAYOUTS.items():
        for optimizer, fused in OPTIMIZERS.items():
            setting = ", ".join(filter(None, (layout, optimizer)))
            yield setting, lambda m=memory_format, f=fused: Training(task["precision"], m, f, prepare).once
