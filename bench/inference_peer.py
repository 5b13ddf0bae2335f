"""Images per second of float LeNet-5 and ResNet-18 (width 16, batch norm folded) in PyTorch, one thread, best layout."""
import statistics
import sys
import time

import torch
from torch import nn

torch.set_num_threads(1)


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


@torch.inference_mode()
def rate(make, shape, batch, layout):
    model = make().eval().to(memory_format=layout)
    images = torch.rand(batch, *shape).to(memory_format=layout)
    model(images)
    seconds = []
    while sum(seconds) < 1.5:
        start = time.perf_counter()
        model(images)
        seconds.append(time.perf_counter() - start)
    return batch / statistics.median(seconds)


name = sys.argv[1] if len(sys.argv) > 1 else "lenet5"
make, shape, batches = {
    "lenet5": (lenet5, (1, 28, 28), (500, 1000)),
    "resnet18": (resnet18, (3, 32, 32), (100, 500)),
}[name]
best = max(
    rate(make, shape, batch, layout)
    for batch in batches
    for layout in (torch.contiguous_format, torch.channels_last)
)
print(f"PyTorch {torch.__version__}, float     {best:8.0f} images/s")
