"""Writes pytorch-net.safetensors: a small net as PyTorch saves it, images, and what PyTorch makes of them.

    python test/importing/make-pytorch-net.py

needs PyTorch and safetensors; the test needs neither. The weights are random: what matters is that the net has every
kind of layer whose layout differs, with different numbers of rows, columns and channels so that no two can be mixed up.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

torch.manual_seed(20)

net = nn.Sequential(
    nn.Conv2d(2, 5, 3, padding=1, bias=False),
    nn.BatchNorm2d(5),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(5, 7, (3, 2)),
    nn.ReLU(),
    nn.Flatten(),
    nn.Linear(7 * 4 * 3, 11),
    nn.BatchNorm1d(11),
    nn.ReLU(),
    nn.Linear(11, 6),
)
for norm in (net[1], net[8]):
    with torch.no_grad():
        norm.weight.normal_(0.5, 0.5)
        norm.bias.normal_(0, 0.3)
        norm.running_mean.normal_(0, 0.3)
        norm.running_var.uniform_(0.2, 1.5)
net.eval()

pixels = torch.randint(0, 256, (6, 2, 12, 9), dtype=torch.uint8)
with torch.no_grad():
    x = pixels.float() / 255
    flat = net[:7](x)
    logits = net(x)

tensors = {f"net.{name}": value for name, value in net.state_dict().items()}
tensors["images"] = pixels.permute(0, 2, 3, 1).contiguous()
tensors["flat"] = flat
tensors["logits"] = logits
save_file(tensors, Path(__file__).with_name("pytorch-net.safetensors"))
