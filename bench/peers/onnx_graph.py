"""A network as an ONNX graph: in float, or in integers of 8 bits between QuantizeLinear and DequantizeLinear."""
import numpy as np
from onnx import TensorProto, helper, numpy_helper

OPSET = 17


class Graph:
    """
    In integers, weights are the odd integers 2q - n with a scale for each output, so exact. Activations have 255 steps up to
    the clip, not ours: quantizing clamps then, which costs nothing. A branch of a sum is of 8 bits around `BRANCH` clips.
    """

    BRANCH = 4

    def __init__(self, network, batch, kind, weights_are_inputs=False):
        self.network, self.batch, self.quantized = network, batch, kind == "int8"
        self.weights_are_inputs = weights_are_inputs
        self.ops, self.constants, self.inputs = [], [], []
        self.scales = {"input": 1 / 255}

    def model(self, codes):
        """The model with these codes."""
        height, width, channels = self.network.input
        element = TensorProto.UINT8 if self.quantized else TensorProto.FLOAT
        shape = [self.batch, channels, height, width]
        self.inputs.append(helper.make_tensor_value_info("input", element, shape))
        values = {"input": self.dequantize("input", 1 / 255, np.uint8(0)) if self.quantized else "input"}
        for node in self.network.nodes:
            if node["op"] != "input":
                values[node["name"]] = getattr(self, node["op"])(node, values, codes)
        logits = values[self.network.nodes[-1]["name"]]
        output = helper.make_tensor_value_info(logits, TensorProto.FLOAT, None)
        graph = helper.make_graph(self.ops, "network", self.inputs, [output], self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)

    def op(self, kind, inputs, name, **attributes):
        self.ops.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def dequantize(self, x, scale, zero, **attributes):
        scale, zero = self.constant(f"{x}.scale", np.float32(scale)), self.constant(f"{x}.zero", zero)
        return self.op("DequantizeLinear", [x, scale, zero], f"{x}.real", **attributes)

    def quantize(self, x, scale, zero):
        """Through 8 bits and back."""
        if not self.quantized:
            return x
        parts = [self.constant(f"{x}.to.scale", np.float32(scale)), self.constant(f"{x}.to.zero", zero)]
        return self.dequantize(self.op("QuantizeLinear", [x, *parts], f"{x}.codes"), scale, zero)

    def requantize(self, name, x):
        """What a layer gives, in the codes of the activation behind it."""
        readers = [n for n in self.network.nodes if name in (n.get("input"), n.get("other"))]
        if not readers:
            return x
        if readers[0]["op"] == "add":
            clip = self.clip_behind(readers[0]["name"])
            self.scales[name] = self.BRANCH * clip / 127
            return self.quantize(x, self.scales[name], np.uint8(128))
        clip = self.clip_behind(name)
        self.scales[name] = clip / 255
        return self.quantize(x, self.scales[name], np.uint8(0))

    def clip_behind(self, name):
        node = next(n for n in self.network.nodes if n.get("input") == name)
        return node["clip"] if node["op"] == "activation" else self.clip_behind(node["name"])

    def layer(self, kind, node, values, codes, **attributes):
        name, x = node["name"], values[node["input"]]
        if not self.quantized:
            weights = self.network.weights(name, codes[name])
            if self.weights_are_inputs:
                self.inputs.append(helper.make_tensor_value_info(f"{name}.weight", TensorProto.FLOAT, weights.shape))
            else:
                self.constant(f"{name}.weight", weights)
            bias = self.constant(f"{name}.bias", self.network.bias(name))
            return self.op(kind, [x, f"{name}.weight", bias], name, **attributes)
        scale = self.network.scale(name)
        signs = np.where(scale < 0, -1, 1).reshape(-1, *[1] * (len(node["shape"]) - 1))
        integers = (self.network.integers(name, codes[name]) * signs).astype(np.int8)
        steps = np.maximum(np.abs(scale), np.float32(1e-12))
        self.constant(f"{name}.weight", integers)
        weights = self.dequantize(f"{name}.weight", steps, np.zeros(len(steps), np.int8), axis=0)
        unit = steps * np.float32(self.scales[node["input"]])
        self.constant(f"{name}.bias", np.round(self.network.bias(name) / unit).astype(np.int32))
        bias = self.dequantize(f"{name}.bias", unit, np.zeros(len(unit), np.int32), axis=0)
        return self.requantize(name, self.op(kind, [x, weights, bias], name, **attributes))

    def conv(self, node, values, codes):
        stride = [node["stride"]] * 2
        return self.layer("Conv", node, values, codes, pads=node["padding"], strides=stride)

    def linear(self, node, values, codes):
        return self.layer("Gemm", node, values, codes, transB=1)

    def add(self, node, values, _):
        name = node["name"]
        return self.requantize(name, self.op("Add", [values[node["input"]], values[node["other"]]], name))

    def passed(self, kind, node, values, **attributes):
        """An op that leaves the scale as it is."""
        name, scale = node["name"], self.scales.get(node["input"])
        self.scales[name] = scale
        return self.quantize(self.op(kind, [values[node["input"]]], name, **attributes), scale or 1, np.uint8(0))

    def maxPool(self, node, values, _):
        return self.passed("MaxPool", node, values, kernel_shape=[node["size"]] * 2, strides=[node["size"]] * 2)

    def globalAveragePool(self, node, values, _):
        averaged = self.passed("GlobalAveragePool", node, values)
        return self.op("Flatten", [averaged], f"{node['name']}.flat")

    def flatten(self, node, values, _):
        return self.passed("Flatten", node, values)

    def activation(self, node, values, _):
        x = values[node["input"]]
        self.scales[node["name"]] = self.scales.get(node["input"])
        if self.quantized:
            return x
        low, high = (self.constant(f"{node['name']}.{k}", np.float32(v)) for k, v in (("low", 0), ("high", node["clip"])))
        return self.op("Clip", [x, low, high], node["name"])
