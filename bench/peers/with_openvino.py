"""OpenVINO on one thread; its argument says in which numbers."""
import sys

import numpy as np
import openvino

from networks import Network, batches, evaluation
from onnx_graph import Graph
from serve import serve

KIND = sys.argv[1]
core = openvino.Core()
THREAD = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "ENABLE_CPU_PINNING": False}
# On some processors it computes with fewer bits than were asked for, unless it is told not to.
PRECISIONS = {"its own precision": {}, "float32": {"INFERENCE_PRECISION_HINT": "f32"}}


def candidates(task):
    network = Network(task["folder"])
    images = (network.pixels if KIND == "int8" else network.images())[: task["images"]]
    network.labels = network.labels[: task["images"]]
    for batch in batches(task):
        for precision, hint in PRECISIONS.items():
            setting = f"batch {batch}, {precision}"
            yield setting, lambda b=batch, h=hint: work(task, network, images, b, h)


def work(task, network, images, batch, hint):
    """Weights that change are compiled in anew: as inputs of the network they would be no weights to it."""
    held = {}

    def write(codes):
        model = core.read_model(Graph(network, batch, KIND).model(codes).SerializeToString())
        held["request"] = core.compile_model(model, "CPU", {**THREAD, **hint}).create_infer_request()

    parts = np.split(images, len(images) // batch)
    run = lambda part: held["request"].infer({0: part}, share_inputs=True)[0].argmax(1)
    return evaluation(task, network, write, lambda: np.concatenate([run(part) for part in parts]))


serve(openvino.__version__, candidates)
