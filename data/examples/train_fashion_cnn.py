"""Trains the small network of notebook 08 in PyTorch and saves it as its users would.

    python data/examples/train_fashion_cnn.py

needs PyTorch, numpy, safetensors, and this repository built (npm run build), which says which of the images are for
training. Only those 55,000 are read: neither the validation images nor the test set. One epoch takes some ten seconds.
"""

import gzip
import json
import subprocess
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
EPOCHS = 8
BATCH = 128


class FashionCnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 16, 3)
        self.fc1 = nn.Linear(16 * 6 * 6, 20)
        self.fc2 = nn.Linear(20, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.flatten(1)
        x = F.relu(self.fc1(x))
        return self.fc2(x)


def training_indices():
    code = (
        'import { fashionMnistSplit } from "./dist/datasets/index.js";'
        "console.log(JSON.stringify([...fashionMnistSplit().train]));"
    )
    command = ["node", "--input-type=module", "-e", code]
    return np.array(json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout))


def elements(name, header):
    with gzip.open(ROOT / "data" / "fashion-mnist" / name) as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    chosen = training_indices()
    pixels = elements("train-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28)[chosen]
    labels = torch.from_numpy(elements("train-labels-idx1-ubyte.gz", 8)[chosen].astype(np.int64))
    images = torch.from_numpy(pixels.astype(np.float32) / 255)

    net = FashionCnn()
    steps = EPOCHS * (len(labels) // BATCH)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, nesterov=True, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for epoch in range(EPOCHS):
        total = 0.0
        batches = torch.randperm(len(labels)).split(BATCH)[: len(labels) // BATCH]
        for batch in batches:
            loss = F.cross_entropy(net(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: training loss {total / len(batches):.4f}", flush=True)
    save_file(net.state_dict(), HERE / "fashion-cnn.safetensors")


if __name__ == "__main__":
    main()
