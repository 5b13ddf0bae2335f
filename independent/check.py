"""Recomputes published results of this repository from its documents alone, in another language.

No code of the repository is called or read: what follows was written from docs/formats.md, docs/protocol.md and
docs/engine.md, and each step names the section that it follows. Networks are evaluated in whole numbers, so counts
have to be equal, not close. Exit code 1 if anything differs.

    python check.py                                          the quick profile
    python check.py --results data/results/lenet5-fashion    the full study
    python check.py --trial 8df7                             these trials instead of a random sample
"""

import argparse
import csv
import gzip
import json
import math
import random
import struct
import sys
import time
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
from numpy.lib.stride_tricks import sliding_window_view

ROOT = Path(__file__).resolve().parent.parent
TOLERANCE = 1e-9  # of real numbers: relative, absolute below 1


# ---- docs/formats.md, "Random streams" ---------------------------------------------------------------------------


def arc4(key):
    """The bytes of the cipher ARC4."""
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) & 255
        state[i], state[j] = state[j], state[i]
    i = j = 0
    while True:
        i = (i + 1) & 255
        a = state[i]
        j = (j + a) & 255
        b = state[j]
        state[i], state[j] = b, a
        yield state[(a + b) & 255]


class Stream:
    """Random numbers that follow from a key: ARC4 of the key as compact JSON, less its first 256 bytes."""

    def __init__(self, *key):
        self.bytes = arc4(json.dumps(key, separators=(",", ":")).encode("ascii"))
        for _ in range(256):
            next(self.bytes)

    def uniform(self):
        n, d, x = int.from_bytes(islice(self.bytes, 6), "big"), 2**48, 0
        while n < 2**52:
            n, d, x = (n + x) * 256, d * 256, next(self.bytes)
        while n >= 2**53:
            n, d, x = n // 2, d // 2, x // 2  # n and d are even here
        return (n + x) / d

    def integer(self, n):
        return math.floor(self.uniform() * n)

    def shuffle(self, n):
        order = list(range(n))
        for i in range(n - 1, 0, -1):
            j = self.integer(i + 1)
            order[i], order[j] = order[j], order[i]
        return order


# ---- docs/formats.md, "Fashion-MNIST" and "Safetensors" ------------------------------------------------------------


def read_idx(name):
    data = gzip.decompress((ROOT / "data" / "fashion-mnist" / f"{name}-ubyte.gz").read_bytes())
    _, kind, dimensions = struct.unpack_from(">HBB", data)
    assert kind == 8, f"{name}: elements of kind {kind}, expected 8, unsigned bytes"
    shape = struct.unpack_from(f">{dimensions}I", data, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def read_images(split, count):
    """Pixels [images, 28, 28] and labels: the first `count` of the validation or the test images, all if None."""
    if split == "test":
        return read_idx("t10k-images-idx3")[:count], read_idx("t10k-labels-idx1")[:count]
    assert split == "validation", f"images are of the split {split}, expected validation or test"
    chosen = Stream("fashion-mnist", "split").shuffle(60_000)[55_000:][:count]
    return read_idx("train-images-idx3")[chosen], read_idx("train-labels-idx1")[chosen]


def read_checkpoint(path):
    """Tensors and metadata of a safetensors file whose tensors are all F32."""
    data = path.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        assert entry["dtype"] == "F32", f"{path}: {name} is {entry['dtype']}, expected F32"
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        tensors[name] = np.frombuffer(data[begin:end], "<f4").astype(np.float64).reshape(entry["shape"])
    return tensors, {key: json.loads(value) for key, value in metadata.items() if key != "format"}


# ---- docs/formats.md, "Checkpoints" and "The networks"; docs/engine.md, "What is computed" ------------------------

# Each weight layer of `lenet5` in order, and the activation behind it; a convolution is followed by 2 x 2 pooling.
LENET5 = {"conv1": "act1", "conv2": "act2", "fc1": "act3", "fc2": "act4", "fc3": None}


class Layer:
    """A weight layer in whole numbers: codes q, and for each output the sums at which the next code goes up."""

    def __init__(self, name, tensors, bits, clip_in, n_in, n_out, threshold):
        """`clip_in`, `n_in`: clip and largest code of what it reads; `n_out`: the largest code of what it gives."""
        self.name, self.bits, self.activation = name, bits, LENET5[name]
        n = 2**bits - 1
        weight, self.bias = tensors[f"{name}.weight"], tensors[f"{name}.bias"]
        clip = abs(float(tensors[f"{name}.weight_clip"]))
        self.codes = np.floor(n * (np.clip(weight / clip, -1, 1) + 1) / 2 + 0.5).astype(np.int64)
        # Sums of whole numbers are exact in floating point, in any order, while none reaches 2^24 (2^53).
        largest = weight[..., 0].size * n * n_in
        self.type = np.float32 if largest < 2**24 else np.float64
        self.scale = clip * clip_in / (n * n_in)  # of logits, in float64
        if self.activation:
            clip_out = abs(Fraction(float(tensors[f"{self.activation}.clip"])))
            step = Fraction(clip) * Fraction(clip_in) / (n * n_in)  # exact
            edges = [max(clip_out * (2 * j - 1) / (2 * n_out), Fraction(threshold)) for j in range(1, n_out + 1)]
            self.thresholds = [np.array([float(math.ceil((edge - Fraction(bias)) / step)) for edge in edges])
                               for bias in self.bias.tolist()]

    def sums(self, codes, u):
        """S = sum of (2q - n) u for activation codes u, images first."""
        odd = (2 * codes - (2**self.bits - 1)).astype(self.type)
        u = u.astype(self.type)
        if odd.ndim == 2:
            return u.reshape(len(u), -1) @ odd
        if self.name == "conv1":  # "same": two zeros on each side
            u = np.pad(u, ((0, 0), (2, 2), (2, 2), (0, 0)))
        windows = sliding_window_view(u, odd.shape[:2], axis=(1, 2))  # images, y, x, channels, kernel y, kernel x
        sums = np.tensordot(windows, odd, axes=([4, 5, 3], [0, 1, 2]))
        images, height, width, channels = sums.shape
        # Codes do not fall as sums grow, so pooling the sums is pooling what they stand for.
        return sums.reshape(images, height // 2, 2, width // 2, 2, channels).max(axis=(2, 4))

    def next_codes(self, sums):
        """The number of thresholds that are not above the sum."""
        codes = np.empty(sums.shape, np.uint8)
        for channel, thresholds in enumerate(self.thresholds):
            codes[..., channel] = np.searchsorted(thresholds, sums[..., channel], side="right")
        return codes


class Network:
    def __init__(self, path):
        tensors, metadata = read_checkpoint(path)
        assert metadata["model"] == "lenet5", f"{path}: a network {metadata['model']}, expected lenet5"
        bits = metadata["bits"]
        n = 2 ** bits["activations"] - 1
        self.layers, clip_in, n_in = [], 1.0, 255  # pixels p stand for p / 255
        for name, activation in LENET5.items():
            own = bits.get("ends", bits["weights"]) if name in ("conv1", "fc3") else bits["weights"]
            self.layers.append(Layer(name, tensors, own, clip_in, n_in, n, metadata["threshold"]))
            if activation:
                clip_in, n_in = abs(float(tensors[f"{activation}.clip"])), n

    def evaluate(self, images, labels, codes=None):
        """Correct images, and the zero codes and all codes of each activation; with other weight codes if given."""
        codes = codes or [layer.codes for layer in self.layers]
        correct, zeros, units = 0, {}, {}
        for start in range(0, len(images), 500):
            u = images[start : start + 500, :, :, np.newaxis]
            for layer, layer_codes in zip(self.layers, codes):
                sums = layer.sums(layer_codes, u)
                if layer.activation:
                    u = layer.next_codes(sums)
                    zeros[layer.activation] = zeros.get(layer.activation, 0) + int((u == 0).sum())
                    units[layer.activation] = units.get(layer.activation, 0) + u.size
            logits = sums.astype(np.float64) * layer.scale + layer.bias
            correct += int((logits.argmax(axis=1) == labels[start : start + 500]).sum())
        return correct, zeros, units


# ---- docs/protocol.md sections 2 ("How codes lie in memory") and 3 ("Maps"); docs/formats.md, "Fault maps" --------

ENCODINGS = {
    "offset-binary": lambda q, k: q,
    "twos-complement": lambda q, k: q ^ (1 << (k - 1)),
    "sign-magnitude": lambda q, k: ((2 * q < 2**k - 1) << (k - 1)) | ((abs(2 * q - (2**k - 1)) - 1) // 2),
    "gray": lambda q, k: q ^ (q >> 1),
}
EFFECTS = {"flip": np.bitwise_xor, "sa0": lambda stored, bits: stored & ~bits, "sa1": np.bitwise_or}


@lru_cache(maxsize=250)
def uniforms(family, index, layer, bits):
    """The map's uniform number of each stored bit of a layer, by weight and bit."""
    stream = Stream(family, "map", index, layer)
    return np.array([stream.uniform() for _ in range(bits)])


def inject(codes, bits, encoding, fault, faulty):
    """Codes read when the bits `faulty` [weights * bits] are faulty, and how many bits then read differently."""
    code_of_level = ENCODINGS[encoding](np.arange(2**bits), bits)
    stored = code_of_level[codes]
    mask = (faulty.reshape(-1, bits) @ (1 << np.arange(bits))).reshape(codes.shape)
    read = EFFECTS[fault](stored, mask)
    return np.argsort(code_of_level)[read], int(np.bitwise_count(stored ^ read).sum())


def recompute(trial, network, images, labels, family):
    """The numbers of a row of trials.parquet."""
    codes, exposed, faulty, changed = [], 0, [], []
    for layer in network.layers:
        read, differ, weak, bits = layer.codes, 0, 0, layer.codes.size * layer.bits
        struck = trial["layer"] in ("", layer.name)
        exposed += bits if struck else 0
        if struck and trial["fault"] != "none":
            mask = uniforms(family, trial["map"], layer.name, bits) < trial["rate"]
            read, differ = inject(layer.codes, layer.bits, trial["encoding"], trial["fault"], mask)
            weak = int(mask.sum())
        codes.append(read)
        faulty.append(weak)
        changed.append(differ)
    return {"correct": network.evaluate(images, labels, codes)[0], "images": len(images), "exposed": exposed,
            "faulty": sum(faulty), "changed": sum(changed), "faultyByLayer": faulty, "changedByLayer": changed}


# ---- docs/protocol.md section 5: "Effect", "Interval", "Verdict", "The largest cell", "C2" -----------------------

# Section 1, with the maxima of the two versions of the paper: claim, better arm, worse arm, maxima.
CLAIMS = [
    ("C1", "standard", "as", (17.32, 11.13)),
    ("C1", "standard", "as-high", (17.32, 11.13)),
    ("C3a", "as-saq", "as", (36.71, 19.50)),
    ("C3b", "standard-saq", "standard", (24.76, 15.82)),
    ("C4", "as-saq", "standard", None),
]
NAMES = {"standard": "standard", "as": "AS", "as-high": "AS-high", "standard-saq": "(standard + SAQ)",
         "as-saq": "(AS + SAQ)", "flip": "bit flip", "sa0": "stuck-at-0", "sa1": "stuck-at-1", "all": "all three"}


def t_quantile(p, df):
    """Student's t: with t = sqrt(df) tan(angle), the density is a power of the cosine; then bisection."""
    nodes, weights = np.polynomial.legendre.leggauss(80)
    factor = math.exp(math.lgamma((df + 1) / 2) - math.lgamma(df / 2)) / math.sqrt(math.pi)
    low, high = 0.0, math.pi / 2
    for _ in range(80):
        angle = (low + high) / 2
        share = 0.5 + factor * (angle / 2) * (weights @ np.cos(angle * (nodes + 1) / 2) ** (df - 1))
        low, high = (angle, high) if share < p else (low, angle)
    return math.sqrt(df) * math.tan((low + high) / 2)


def interval(table):
    """Mean of a table [seeds, maps] of paired differences with the interval of crossed random effects."""
    seeds, maps = table.shape
    mean = float(table.mean())
    if seeds > 1 and maps > 1:
        by_seed, by_map = table.mean(axis=1) - mean, table.mean(axis=0) - mean
        ms_seed = maps / (seeds - 1) * (by_seed**2).sum()
        ms_map = seeds / (maps - 1) * (by_map**2).sum()
        rest = table - mean - by_seed[:, np.newaxis] - by_map
        ms_rest = (rest**2).sum() / ((seeds - 1) * (maps - 1))
        v = max(ms_seed + ms_map - ms_rest, ms_rest)
        parts = ms_seed**2 / (seeds - 1) + ms_map**2 / (maps - 1) + ms_rest**2 / ((seeds - 1) * (maps - 1))
        basis, error = "seeds and maps", math.sqrt(v / (seeds * maps))
        df = max(v**2 / parts, float(min(seeds - 1, maps - 1)))
        seed_sd, map_sd = math.sqrt(max(0, ms_seed - ms_rest) / maps), math.sqrt(max(0, ms_map - ms_rest) / seeds)
    else:
        values = table.ravel()
        assert len(values) > 1, "one seed and one map have no interval"
        sd, df = values.std(ddof=1), float(len(values) - 1)
        error = sd / math.sqrt(len(values))
        basis = "seeds only" if seeds > 1 else "maps only"
        seed_sd, map_sd = (float(sd), "") if seeds > 1 else ("", sd)
    half = t_quantile(0.975, df) * error
    return {"mean": mean, "low": mean - half, "high": mean + half, "basis": basis, "error": error, "df": df,
            "seed_sd": seed_sd, "map_sd": map_sd,
            "detectable": (t_quantile(0.975, df) + t_quantile(0.8, df)) * error}


def verdict(effect, study):
    word = "supported" if effect["low"] > 0 else "contradicted" if effect["high"] < 0 else "inconclusive"
    if study["exploratory"]:
        return f"exploratory: {word}"
    return word if effect["basis"] in ("seeds and maps", "seeds only") else "withheld"


def largest_cell(cells):
    """The largest of `cells` [cells, seeds, maps], differences of counts, read on other data than it is chosen on."""
    _, seeds, maps = cells.shape
    readings = []
    for seed in range(seeds):
        others = [other for other in range(seeds) if other != seed] or [seed]
        for half in (0, 1):
            choice = cells[:, others, half::2].sum(axis=(1, 2)).argmax()  # the first of equal ones
            readings.append(cells[choice, seed, 1 - half :: 2].mean())
    return float(np.mean(readings))


def bootstrap(table, *key):
    """docs/formats.md, "Figures and tables": 2.5 % and 97.5 % quantiles of 1,000 means of drawn seeds and maps."""
    stream, (seeds, maps) = Stream(*key), table.shape
    means = []
    for _ in range(1000):
        rows, columns = ([stream.integer(n) for _ in range(n)] if n > 1 else [0] for n in (seeds, maps))
        means.append(table[np.ix_(rows, columns)].mean())
    return np.quantile(means, [0.025, 0.975]).tolist()


def claims_table(study, rows, images, sharpness):
    """The rows of claims.csv, from those of trials.parquet, the number of images, and a function for C2's measure."""
    campaign, arms = study["campaign"], {arm["id"] for arm in study["arms"]}
    of_arm = {arm["id"]: study["seeds"][: arm.get("seeds", len(study["seeds"]))] for arm in study["arms"]}
    counts = {
        (row["arm"], row["seed"], row["fault"], row["rate"], row["map"]): row["correct"]
        for row in rows
        if row["layer"] == "" and row["encoding"] == campaign["encoding"]
    }
    maps, table = range(campaign["maps"]), []
    for claim, better, worse, paper in CLAIMS:
        if not {better, worse} <= arms:
            continue
        seeds = [s for s in of_arm[better] if s in of_arm[worse]]
        clean = np.array([counts[better, s, "none", 0, -1] - counts[worse, s, "none", 0, -1] for s in seeds])
        for fault in ["all", *campaign["faults"]]:
            cells = np.array([
                [[counts[better, s, f, rate, m] - counts[worse, s, f, rate, m] for m in maps] for s in seeds]
                for f in (campaign["faults"] if fault == "all" else [fault])
                for rate in campaign["rates"]
            ])
            points = 100 / images * cells.mean(axis=0)
            effect, drop = interval(points), interval(points - 100 / images * clean[:, np.newaxis])
            ends = bootstrap(points, study["name"], study["profile"], "claims-bootstrap", claim, better, worse, fault)
            v1, revised = paper if paper and fault == "all" else ("", "")
            table.append({
                "claim": claim, "comparison": f"{NAMES[better]} - {NAMES[worse]}", "fault": NAMES[fault],
                "effect_pp": effect["mean"], "low_pp": effect["low"], "high_pp": effect["high"],
                "verdict": verdict(effect, study), "largest_pp": 100 / images * largest_cell(cells),
                "paper_v1_pp": v1, "paper_revised_pp": revised,
                "drop_pp": drop["mean"], "drop_low_pp": drop["low"], "drop_high_pp": drop["high"],
                "detectable_pp": effect["detectable"], "basis": effect["basis"],
                "standard_error_pp": effect["error"], "df": effect["df"],
                "seed_sd_pp": effect["seed_sd"], "map_sd_pp": effect["map_sd"],
                "bootstrap_low_pp": ends[0], "bootstrap_high_pp": ends[1],
            })
    for arm in ("as", "as-high"):
        if not sharpness or arm not in arms:
            continue
        seeds = [s for s in of_arm[arm] if s in of_arm["standard"]]
        effect = interval(np.array([[sharpness(arm, s) - sharpness("standard", s)] for s in seeds]))
        text = f"{effect['mean']:.4f} [{effect['low']:.4f}, {effect['high']:.4f}] nats"
        row = dict.fromkeys(table[0], "")
        row.update(claim="C2", comparison=f"sharpness, {NAMES[arm]} - standard: {text}", fault="-")
        table.append(row | {"verdict": verdict(effect, study), "basis": effect["basis"]})
    return table


# ---- The checks ---------------------------------------------------------------------------------------------------


def report(what, pairs, unit):
    """Prints a line, with up to ten differences below it. `pairs`: what it is, the published value, the recomputed."""
    wrong = [pair for pair in pairs if not equal(pair[1], pair[2])]
    print(f"{what}: {len(pairs) - len(wrong)} of {len(pairs)} {unit} agree", flush=True)
    for name, published, recomputed in wrong[:10]:
        print(f"  DIFFERS  {name}: published {published}, recomputed {recomputed}")
    return not wrong


def equal(published, recomputed):
    """Whole numbers and words are equal, real numbers within the tolerance; a cell of a csv file is text."""
    if not isinstance(recomputed, float) or published in ("", None):
        return published == recomputed
    return abs(float(published) - recomputed) <= TOLERANCE * max(1, abs(recomputed))


def main():
    parser = argparse.ArgumentParser(description="Recomputes published results from the documents alone.")
    parser.add_argument("--results", type=Path, default=ROOT / "data" / "results" / "lenet5-fashion-quick")
    parser.add_argument("--networks", type=int, default=10, help="networks whose clean counts are recomputed (10)")
    parser.add_argument("--trials", type=int, default=40, help="trials that are recomputed, drawn at random (40)")
    parser.add_argument("--trial", action="append", help="recompute these instead: an id or the beginning of one")
    parser.add_argument("--sample-seed", type=int, default=random.randrange(10**6), help="draws the same sample again")
    options = parser.parse_args()
    if not (options.results / "trials.parquet").exists():
        parser.error(f"--results {options.results}: there is no trials.parquet in it")
    started, sample, right = time.time(), random.Random(options.sample_seed), []
    print(f"sample {options.sample_seed} of {options.results} (--sample-seed draws it again)")

    # docs/formats.md, "The folder of a run"
    study = json.loads((options.results / "study.json").read_text())
    rows = parquet.read_table(options.results / "trials.parquet").to_pylist()
    images, labels = read_images(study["campaign"]["split"], study["campaign"]["images"])
    family = f"{study['name']}-{study['profile']}" if study["exploratory"] else study["name"]
    network = lru_cache(lambda name: Network(options.results / "checkpoints" / f"{name}.safetensors"))

    clean = {f"{row['arm']}-seed{row['seed']}": row["correct"] for row in rows if row["fault"] == "none"}
    counts, shares = [], []
    for name in sorted(sample.sample(sorted(clean), min(options.networks, len(clean)))):
        stored = json.loads((options.results / "networks" / f"{name}.json").read_text())
        correct, zeros, units = network(name).evaluate(images, labels)
        counts += [(f"{name}, networks/", stored["correct"], correct), (f"{name}, trials", clean[name], correct)]
        shares.append((f"{name}, sparsity", stored["sparsity"], sum(zeros.values()) / sum(units.values())))
        shares += [(f"{name}, {act}", stored["sparsityByLayer"][act], zeros[act] / units[act]) for act in zeros]
    where = f"{len(counts) // 2} of {len(clean)} networks without faults, {len(images)} images each"
    right.append(report(where, counts, "counts of correct images (two files)"))
    right.append(report("  their shares of zero activation codes", shares, "shares"))

    if options.trial:
        chosen = [row for row in rows if row["id"].startswith(tuple(options.trial))]
        if not chosen:
            parser.error(f"--trial {' '.join(options.trial)}: no trial of {options.results} has an id that begins so")
    else:
        faulty = [row for row in rows if row["fault"] != "none"]
        chosen = sample.sample(faulty, min(options.trials, len(faulty)))
    correct, bits = [], []
    for row in chosen:
        name = f"{row['arm']}-seed{row['seed']}"
        for key, value in recompute(row, network(name), images, labels, family).items():
            what = f"trial {row['id']} ({name}, {row['fault']} at {row['rate']}, map {row['map']}), {key}"
            (correct if key in ("correct", "images") else bits).append((what, row[key], value))
    where = f"{len(chosen)} of {len(rows)} trials, faults drawn and injected anew"
    right.append(report(where, correct, "numbers of correct images and of images"))
    right.append(report("  their exposed, faulty and changed bits, also by layer", bits, "numbers and lists"))

    def sharpness(arm, seed):
        """docs/formats.md, "Sharpness": C2's measure, as stored."""
        measures = json.loads((options.results / "sharpness" / f"{arm}-seed{seed}.json").read_text())["measures"]
        return next(measure["value"] for measure in measures if measure["id"] == "average:p=0.01")

    folder = study["name"] if study["profile"] == "full" else f"{study['name']}-{study['profile']}"
    with open(ROOT / "figures" / folder / "claims.csv", newline="") as file:
        published = list(csv.DictReader(file))
    known = {claim for claim, *_ in CLAIMS} | {"C2"}
    if others := sorted({row["claim"] for row in published} - known):
        print(f"not recomputed, since this program knows the paper's claims alone: {', '.join(others)}")
        published = [row for row in published if row["claim"] in known]
    table = claims_table(study, rows, len(images), sharpness if (options.results / "sharpness").exists() else None)
    cells = [("number of lines", len(published), len(table))]
    cells += [("images of every trial", {row["images"] for row in rows}, {len(images)})]
    for theirs, ours in zip(published, table):
        line = f"{ours['claim']}, {ours['comparison']}, {ours['fault']}"
        cells += [(f"{line}, {column}", theirs.get(column), value) for column, value in ours.items()]
    right.append(report(f"figures/{folder}/claims.csv from all trials, {len(table)} lines", cells, "cells"))
    print(f"{'everything agrees' if all(right) else 'SOMETHING DIFFERS'}, {time.time() - started:.0f} s")
    return 0 if all(right) else 1


if __name__ == "__main__":
    sys.exit(main())
