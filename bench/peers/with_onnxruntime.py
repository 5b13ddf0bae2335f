"""ONNX Runtime on one thread; its argument says in which numbers."""
import sys

import numpy as np
import onnxruntime

from networks import Network, batches, evaluation
from onnx_graph import Graph
from serve import serve

KIND = sys.argv[1]


def session(model):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def candidates(task):
    network = Network(task["folder"])
    images = (network.pixels if KIND == "int8" else network.images())[: task["images"]]
    network.labels = network.labels[: task["images"]]
    ways = {"a new session a trial": False, "weights as inputs": True}
    if task["kind"] != "trials":
        ways = {"": False}
    elif KIND == "int8":
        ways = {"a new session a trial": False}
    for batch in batches(task):
        for way, as_inputs in ways.items():
            setting = ", ".join(filter(None, (f"batch {batch}", way)))
            yield setting, lambda b=batch, i=as_inputs: work(task, network, images, b, i)


def work(task, network, images, batch, weights_are_inputs):
    held = {}

    def write(codes):
        if weights_are_inputs:
            held["session"] = held.get("session") or session(Graph(network, batch, KIND, True).model(codes))
            held["weights"] = {f"{name}.weight": network.weights(name, own) for name, own in codes.items()}
        else:
            held["session"] = session(Graph(network, batch, KIND).model(codes))

    parts = np.split(images, len(images) // batch)
    run = lambda part: held["session"].run(None, {"input": part, **held.get("weights", {})})[0].argmax(1)
    return evaluation(task, network, write, lambda: np.concatenate([run(part) for part in parts]))


serve(onnxruntime.__version__, candidates)
