"""The networks that bench/export.mjs wrote, and faults in their stored codes."""
import json
from pathlib import Path

import numpy as np

RATE = 0.01


class Network:
    """
    Nodes of a deployed network with batch norm folded into its convs. Weights are stored as codes q of 0 to n; a weight is
    scale (2q - n), with a scale for each output. Activations are clamped to 0..clip and not quantized, which is faster.
    """

    def __init__(self, folder):
        folder = Path(folder)
        self.nodes = json.loads((folder / "network.json").read_text())
        self.input = next(tuple(n["shape"]) for n in self.nodes if n["op"] == "input")
        self.layers = {n["name"]: n for n in self.nodes if n["op"] in ("conv", "linear")}
        self.codes = {
            name: np.fromfile(folder / f"{name}.codes", np.uint8).reshape(layer["shape"])
            for name, layer in self.layers.items()
        }
        height, width, channels = self.input
        pixels = np.fromfile(folder / "images", np.uint8).reshape(-1, height, width, channels)
        self.pixels = np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))
        self.labels = np.fromfile(folder / "labels", np.uint8)

    def images(self):
        """[images, channels, height, width], 0 to 1."""
        return self.pixels.astype(np.float32) / 255

    def scale(self, name):
        return np.array(self.layers[name]["scale"], np.float32)

    def bias(self, name):
        return np.array(self.layers[name]["bias"], np.float32)

    def integers(self, name, codes):
        """The odd integers 2q - n, outputs first: [outputs, inputs, height, width] or [outputs, inputs]."""
        layer = self.layers[name]
        odd = 2 * codes.astype(np.int16) - (2 ** layer["bits"] - 1)
        if layer["op"] == "conv":
            return odd.transpose(3, 2, 0, 1)
        if "places" in layer:  # it reads a flattened image, here with the channels first
            odd = odd.reshape(*layer["places"], -1).transpose(2, 0, 1, 3).reshape(odd.shape)
        return odd.T

    def weights(self, name, codes):
        """Weights as numbers, in the same order."""
        odd = self.integers(name, codes)
        scale = self.scale(name).reshape(-1, *[1] * (odd.ndim - 1))
        return np.ascontiguousarray(odd * scale, dtype=np.float32)

    def faulty(self, draws):
        """All codes with each stored bit flipped at the rate: the gaps between flipped bits are geometric."""
        total = sum(codes.size * self.layers[name]["bits"] for name, codes in self.codes.items())
        gaps = draws.geometric(RATE, int(total * RATE * 1.2) + 100)
        flipped = np.cumsum(gaps) - 1
        read, start = {}, 0
        for name, codes in self.codes.items():
            bits = self.layers[name]["bits"]
            first, last = np.searchsorted(flipped, (start, start + codes.size * bits))
            at = flipped[first:last] - start
            copy = codes.copy()
            np.bitwise_xor.at(copy.reshape(-1), at // bits, (1 << (at % bits)).astype(np.uint8))
            read[name] = copy
            start += codes.size * bits
        return read


def trial(network, write, classify):
    """A whole fault trial: draw and flip bits, bring the weights into the network, evaluate, count what is right."""
    draws = np.random.default_rng(0)

    def work():
        write(network.faulty(draws))
        return int((classify() == network.labels).sum())

    return work


def batches(task):
    """Batch sizes to try."""
    return {"lenet5": (1000, 200, 5000), "resnet18": (50, 250, 10)}[task["network"]]


def evaluation(task, network, write, classify):
    """The work of a task on a network: its classes, or how many are right under faults."""
    if task["kind"] == "trials":
        return trial(network, write, classify)
    write(network.codes)
    return lambda: classify().tolist()
