"""Trains the two controllers of this example, and writes them as ONNX. Python alone, no packages; half a minute each.

    python3 train.py everyday ../first.onnx     only gaps as careful drivers keep them
    python3 train.py all ../policy.onnx         close calls as well

The controller sees the gap to the car in front (m), its own speed (m/s) and how fast the gap closes (m/s), and says an acceleration (m/s2).
"""
import math
import random
import struct
import sys

HIDDEN = 16
SCALES = (100.0, 40.0, 20.0)  # of gap, speed, closing speed: inputs of the training lie within -1..1
STEPS, BATCH, RATE = 15000, 24, 0.006


def teacher(gap, speed, closing):
    """What the controller shall learn: keep the distance that the speed asks for, else drive 32 m/s; from -8 to 3 m/s2."""
    follow = 0.12 * (gap - (10 + 1.25 * speed)) - 0.3 * closing
    cruise = 0.15 * (32 - speed)
    return max(-8.0, min(3.0, follow, cruise))


def situation(is_everyday):
    """A random situation; in everyday traffic the gap is what the speed asks for, or more, and closes slowly."""
    speed = random.uniform(0, 40)
    if is_everyday:
        least = 10 + 1.25 * speed
        return random.uniform(least, 100), speed, random.uniform(-3, 3)
    return random.uniform(0, 100), speed, random.uniform(-20, 20)


def matrix(rows, columns):
    return [[random.gauss(0, math.sqrt(2 / columns)) for _ in range(columns)] for _ in range(rows)]


def apply(weights, bias, x):
    return [sum(w * v for w, v in zip(row, x)) + b for row, b in zip(weights, bias)]


def gradients(layers, x, error_of):
    """Forward and back through Relu layers: the gradient of every weight and bias."""
    inputs = [x]
    for weights, bias in layers[:-1]:
        inputs.append([max(0.0, v) for v in apply(weights, bias, inputs[-1])])
    delta = [error_of(apply(*layers[-1], inputs[-1])[0])]
    result = []
    for (weights, _), before in zip(reversed(layers), reversed(inputs)):
        result.append(([[d * v for v in before] for d in delta], delta))
        delta = [sum(d * row[j] for d, row in zip(delta, weights)) if v > 0 else 0.0 for j, v in enumerate(before)]
    return list(reversed(result))


def train(is_everyday):
    random.seed(2026)
    sizes = [3, HIDDEN, HIDDEN, 1]
    layers = [(matrix(o, i), [0.0] * o) for i, o in zip(sizes, sizes[1:])]
    moments = [([[[0.0, 0.0] for _ in row] for row in w], [[0.0, 0.0] for _ in b]) for w, b in layers]
    for step in range(1, STEPS + 1):
        sums = [([[0.0] * len(row) for row in w], [0.0] * len(b)) for w, b in layers]
        for _ in range(BATCH):
            raw = situation(is_everyday)
            x = [v / s for v, s in zip(raw, SCALES)]
            for (sw, sb), (gw, gb) in zip(sums, gradients(layers, x, lambda y: (y - teacher(*raw)) / BATCH)):
                for o, row in enumerate(gw):
                    sb[o] += gb[o]
                    for i, g in enumerate(row):
                        sw[o][i] += g
        rate = RATE * (1 - step / (STEPS + 1)) * math.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step)
        for (w, b), (mw, mb), (gw, gb) in zip(layers, moments, sums):
            for o in range(len(w)):
                adam(b, o, mb[o], gb[o], rate)
                for i in range(len(w[o])):
                    adam(w[o], i, mw[o][i], gw[o][i], rate)
    (first, bias), *others = layers
    return [([[v / s for v, s in zip(row, SCALES)] for row in first], bias), *others]


def adam(values, index, moment, gradient, rate):
    moment[0] += 0.1 * (gradient - moment[0])
    moment[1] += 0.001 * (gradient * gradient - moment[1])
    values[index] -= rate * moment[0] / (math.sqrt(moment[1]) + 1e-8)


def varint(value):
    text = b""
    while value > 127:
        text += bytes([value & 127 | 128])
        value >>= 7
    return text + bytes([value])


def field(number, value):
    """A field of a protobuf message: a number, a text, or a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def tensor(name, dimensions, values):
    return b"".join(field(1, d) for d in dimensions) + field(2, 1) + field(8, name) + field(9, struct.pack("<%df" % len(values), *values))


def value(name, length):
    shape = b"".join(field(1, field(1, d)) for d in (1, length))
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, shape)))


def node(operator, inputs, output, attributes=b""):
    return b"".join(field(1, i) for i in inputs) + field(2, output) + field(3, output) + field(4, operator) + attributes


def write(path, layers):
    graph, last = b"", "situation"
    for k, (weights, bias) in enumerate(layers, 1):
        output = "acceleration" if k == len(layers) else "sum%d" % k
        transposed = field(5, field(1, "transB") + field(3, 1) + field(20, 2))
        graph += field(1, node("Gemm", [last, "w%d" % k, "b%d" % k], output, transposed))
        if k < len(layers):
            graph += field(1, node("Relu", [output], "hidden%d" % k))
            last = "hidden%d" % k
    graph += field(2, "controller")
    for k, (weights, bias) in enumerate(layers, 1):
        graph += field(5, tensor("w%d" % k, (len(weights), len(weights[0])), [v for row in weights for v in row]))
        graph += field(5, tensor("b%d" % k, (len(bias),), bias))
    graph += field(11, value("situation", 3)) + field(12, value("acceleration", 1))
    with open(path, "wb") as file:
        file.write(field(1, 8) + field(2, "train.py") + field(7, graph) + field(8, field(2, 13)))


if __name__ == "__main__":
    write(sys.argv[2], train(sys.argv[1] == "everyday"))
