"""The LightGBM model of the anchors' browser/trees.py (same data, same parameters), as files for bench.mjs.

python model.py OUT ; needs lightgbm, numpy and onnx. Writes model.txt (LightGBM's own file), model.onnx, and trees.json: the nodes as
pr_trees_write takes them, and the flat arrays of the anchors' loop."""
import json
import sys
from pathlib import Path

import lightgbm as lgb
import numpy as np
import onnx
from onnx import TensorProto, helper

out = Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(0)
X = (random.random((20000, 30)) * 2 - 1).astype(np.float32)
y = X[:, 0] * X[:, 1] + np.sin(3 * X[:, 2]) + X[:, 3:10].sum(1) * 0.3 + random.normal(0, 0.3, 20000)
parameters = dict(
    objective="regression", max_depth=6, num_leaves=64, learning_rate=0.1, verbose=-1, num_threads=1, min_data_in_leaf=5
)
model = lgb.train(parameters, lgb.Dataset(X, y), 200)
model.save_model(out / "model.txt")


def largest_float32(threshold):
    """The largest float32 <= threshold: x <= threshold is the same as x <= this for every float32 x."""
    near = np.float32(threshold)
    return near if near <= threshold else np.nextafter(near, np.float32(-np.inf))


nodes = []  # feature, threshold, missing left, left, right, value, cover
starts = [0]
flat = {"F": [], "T": [], "L": [], "R": [], "V": [], "roots": []}


def add(node, root):
    at = len(nodes)
    if "leaf_value" in node:
        nodes.append([-1, 0, 0, 0, 0, node["leaf_value"], node["leaf_count"]])
        return at - root
    above = np.nextafter(largest_float32(node["threshold"]), np.float32(np.inf))  # x < above is x <= threshold
    nodes.append([node["split_feature"], float(above), int(node["default_left"]), 0, 0, 0, node["internal_count"]])
    nodes[at][3] = add(node["left_child"], root)
    nodes[at][4] = add(node["right_child"], root)
    return at - root


def add_flat(node):
    if "leaf_value" in node:
        flat["V"].append(node["leaf_value"])
        return ~(len(flat["V"]) - 1)
    at = len(flat["F"])
    flat["F"].append(node["split_feature"])
    flat["T"].append(float(largest_float32(node["threshold"])))
    flat["L"].append(0)
    flat["R"].append(0)
    flat["L"][at] = add_flat(node["left_child"])
    flat["R"][at] = add_flat(node["right_child"])
    return at


for tree in model.dump_model()["tree_info"]:
    add(tree["tree_structure"], starts[-1])
    starts.append(len(nodes))
    flat["roots"].append(add_flat(tree["tree_structure"]))
# LightGBM's own TreeSHAP of some rows: contributions of the features, then the expected value.
explained = dict(rows=X[:20].tolist(), contributions=model.predict(X[:20], pred_contrib=True).tolist())
(out / "trees.json").write_text(
    json.dumps(dict(nodes=nodes, starts=starts, flat=flat, features=30, explained=explained))
)


def write_onnx(path):
    """The same trees as a TreeEnsembleRegressor of ONNX."""
    columns = {name: [] for name in "treeids nodeids featureids values modes truenodeids falsenodeids".split()}
    leaves = {name: [] for name in "treeids nodeids ids weights".split()}
    for tree, (start, end) in enumerate(zip(starts, starts[1:])):
        for number, (feature, threshold, _, left, right, value, _) in enumerate(nodes[start:end]):
            row = (tree, number, max(feature, 0), threshold, "LEAF" if feature < 0 else "BRANCH_LT", left, right)
            for name, cell in zip(columns, row):
                columns[name].append(cell)
            if feature < 0:
                for name, cell in zip(leaves, (tree, number, 0, value)):
                    leaves[name].append(cell)
    attributes = {f"nodes_{name}": cells for name, cells in columns.items()}
    attributes |= {f"target_{name}": cells for name, cells in leaves.items()}
    ensemble = helper.make_node(
        "TreeEnsembleRegressor",
        ["x"],
        ["y"],
        domain="ai.onnx.ml",
        n_targets=1,
        aggregate_function="SUM",
        post_transform="NONE",
        **attributes,
    )
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 30])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 1])
    graph = helper.make_graph([ensemble], "trees", [x], [y])
    sets = [helper.make_opsetid("ai.onnx.ml", 3), helper.make_opsetid("", 17)]
    made = helper.make_model(graph, opset_imports=sets)
    made.ir_version = 9
    onnx.save(made, path)


write_onnx(out / "model.onnx")
