"""Networks in PyTorch, for both of its peers."""
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from networks import Network, batches, evaluation

torch.set_num_threads(1)

LAYOUTS = {"channels last": torch.channels_last, "channels first": torch.contiguous_format}


class Net(nn.Module):
    def __init__(self, network, layout):
        super().__init__()
        self.nodes = network.nodes
        key = lambda name: name.replace(".", "_")  # no module is named with a point
        parameter = lambda array: nn.Parameter(torch.from_numpy(array), requires_grad=False)
        self.weights = nn.ParameterDict({key(n): parameter(network.weights(n, c)) for n, c in network.codes.items()})
        self.biases = nn.ParameterDict({key(n): parameter(network.bias(n)) for n in network.codes})
        self.key = key
        self.to(memory_format=layout)

    def forward(self, x):
        values = {"input": x}
        for node in self.nodes:
            if node["op"] != "input":
                x = values[node["input"]]
                values[node["name"]] = x = getattr(self, node["op"])(node, x, values)
        return x

    def conv(self, node, x, _):
        top, left, bottom, right = node["padding"]
        padding = (top, left)
        if (top, left) != (bottom, right):
            x, padding = F.pad(x, (left, right, top, bottom)), 0
        key = self.key(node["name"])
        return F.conv2d(x, self.weights[key], self.biases[key], node["stride"], padding)

    def linear(self, node, x, _):
        key = self.key(node["name"])
        return F.linear(x, self.weights[key], self.biases[key])

    def activation(self, node, x, _):
        return x.clamp_(0, node["clip"])

    def maxPool(self, node, x, _):
        return F.max_pool2d(x, node["size"])

    def add(self, node, x, values):
        return x + values[node["other"]]

    def flatten(self, _node, x, _):
        return x.flatten(1)

    def globalAveragePool(self, _node, x, _):
        return x.mean((2, 3))


def evaluations(task, prepare, manners=("",)):
    """Every batch size and layout; `prepare(net, manner)` makes a network faster in one of the ways to do so."""
    network = Network(task["folder"])
    images = torch.from_numpy(network.images()[: task["images"]])
    network.labels = network.labels[: task["images"]]
    for batch in batches(task):
        for layout, memory_format in LAYOUTS.items():
            for manner in manners:
                setting = ", ".join(filter(None, (f"batch {batch}", layout, manner)))
                yield setting, lambda b=batch, m=memory_format, w=manner: work(task, network, images, b, m, prepare, w)


def work(task, network, images, batch, layout, prepare, manner):
    net = Net(network, layout).eval()
    parts = [part.contiguous(memory_format=layout) for part in images.split(batch)]
    forward = prepare(net, manner)

    def write(codes):
        for name, own in codes.items():
            net.weights[net.key(name)].copy_(torch.from_numpy(network.weights(name, own)))

    def classify():
        return np.concatenate([forward(part).argmax(1).numpy() for part in parts])

    with torch.inference_mode():
        done = evaluation(task, network, write, classify)
    return torch.inference_mode()(done)
