"""Builds the ONNX graph of a BERT encoder from packed weights.

Matrix products run on 8-bit integers: every row of activations (one token) is scaled by
its own largest value, every column of weights by its largest weight. A text's vector
therefore depends on that text only, never on what else is in its batch, which is why
vectors can be cached by content. Batches hold token rows of one length and need no mask.

The word embeddings stay in their 4-bit blocks (48 MB instead of 384). Layer norms are
plain operators on purpose: the fused skip norm of ONNX Runtime costs ten times as much
on a CPU.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.adapter import Adapter
from models.weights import BLOCK, Matrix, PackedModel

if TYPE_CHECKING:
    import onnx

Precision = Literal["int8", "float32"]

_OPSET, _CONTRIB_OPSET, _IR_VERSION = 21, 1, 10
_CONTRIB = "com.microsoft"
_ACTIVATION_LIMIT, _ZERO_POINT = 127.0, 128
_WEIGHT_LIMIT = 64
"""Processors without VNNI add two products in 16 bits: 2 * 255 * 64 still fits, so that
nothing saturates and every processor finds the same integers."""


def build(
    model: PackedModel, *, precision: Precision = "int8", adapter: Adapter | None = None
) -> onnx.ModelProto:
    """The encoder as an ONNX model: ``ids`` int64 (n, length) → ``hidden`` (n, length, dim).

    ``hidden`` is float32, the states after the last layer, one per token. They are pooled
    outside: ONNX Runtime adds up a batch of one in another order than a larger one.
    ``float32`` keeps the products in floating point; it is the yardstick for ``int8``. What an
    ``adapter`` adds is added to the weights, so that the graph is as large and as fast without.
    """
    import onnx

    tensor = onnx.helper.make_tensor_value_info
    graph = _Encoder(model, precision, adapter)
    graph.write()
    size = model.sizes.dimensions
    return onnx.helper.make_model(
        onnx.helper.make_graph(
            graph.nodes,
            "encoder",
            [tensor("ids", onnx.TensorProto.INT64, ["n", "length"])],
            [tensor("hidden", onnx.TensorProto.FLOAT, ["n", "length", size])],
            list(graph.constants.values()),
        ),
        opset_imports=[
            onnx.helper.make_opsetid("", _OPSET),
            onnx.helper.make_opsetid(_CONTRIB, _CONTRIB_OPSET),
        ],
        ir_version=_IR_VERSION,
    )


class _Encoder:
    """Writes the nodes of one encoder, front to back. Hidden states are (tokens, dim)."""

    def __init__(self, model: PackedModel, precision: Precision, adapter: Adapter | None) -> None:
        self.sizes = model.sizes
        self.arrays = model.arrays
        self.matrices = model.matrices
        self.precision = precision
        self.adapter = adapter
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def write(self) -> None:
        dim = self.sizes.dimensions
        self.constant("row", np.array([-1, dim], np.int64))
        self.constant("last_axis", np.array([-1], np.int64))
        self.constant("dim", np.array([dim], np.int64))
        self.node("Shape", ["ids"], "ids_shape")
        self.node("Concat", ["ids_shape", "dim"], "batch_shape", axis=0)
        hidden = self.embeddings()
        for layer in range(self.sizes.n_layers):
            hidden = self.layer(hidden, f"l{layer}.")
        self.node("Reshape", [hidden, "batch_shape"], "hidden")

    def embeddings(self) -> str:
        """Word, position and type embeddings, normed."""
        import onnx

        dim = self.sizes.dimensions
        words = self.matrices["emb.word"]
        shape, kind = list(words.nibbles.shape), onnx.TensorProto.INT4
        packed = onnx.helper.make_tensor("words", kind, shape, _as_int4(words), raw=True)
        self.constants["words"] = packed
        self.constant("words.scales", words.scales.astype(np.float32))
        inputs, axes = ["words", "ids", "words.scales"], {"gather_axis": 0, "quantize_axis": 1}
        self.node("GatherBlockQuantized", inputs, "word", block_size=BLOCK, **axes)
        types = self.arrays["emb.type"].reshape(-1, dim)
        self.constant("positions", self.arrays["emb.pos"].reshape(-1, dim) + types[0])
        self.constant("start", np.array([0], np.int64))
        self.node("Shape", ["ids"], "length", start=1, end=2)
        self.node("Slice", ["positions", "start", "length"], "position")
        self.node("Add", ["word", "position"], "embedded")
        self.node("Reshape", ["embedded", "row"], "embedded.rows")
        return self.norm("embedded.rows", "emb.ln")

    def layer(self, hidden: str, name: str) -> str:
        """One transformer layer with its norms after the residuals, as in BERT."""
        shared = self.activations(hidden, f"{name}in")
        parts = [f"{name}{part}" for part in "qkv"]
        heads = [
            self.node("Reshape", [self.product(shared, part), "batch_shape"], f"{part}.batch")
            for part in parts
        ]
        biases = np.concatenate([self.arrays[f"{part}.b"] for part in parts])
        inputs = [*heads, self.constant(f"{name}qkv.b", biases)]
        n_heads = self.sizes.n_heads
        self.node("MultiHeadAttention", inputs, f"{name}context", num_heads=n_heads)
        context = self.node("Reshape", [f"{name}context", "row"], f"{name}context.rows")
        attended = self.dense(context, f"{name}ao")
        hidden = self.residual(attended, hidden, f"{name}aln", bias=f"{name}ao.b")
        inner = self.dense(hidden, f"{name}fi")
        bias = self.constant(f"{name}fi.b", self.arrays[f"{name}fi.b"])
        inner = self.node("BiasGelu", [inner, bias], f"{name}gelu")
        outer = self.dense(inner, f"{name}fo")
        return self.residual(outer, hidden, f"{name}oln", bias=f"{name}fo.b")

    def dense(self, rows: str, name: str) -> str:
        return self.product(self.activations(rows, f"{name}.in"), name)

    def activations(self, rows: str, name: str) -> tuple[str, str]:
        """Rows ready for a product: in 8 bits around 128, and the scale of each row."""
        if self.precision == "float32":
            return rows, ""
        self.constant("to_int8", np.float32(1.0 / _ACTIVATION_LIMIT))
        self.constant("tiny", np.float32(1e-12))
        self.constant("one", np.float32(1.0))
        self.constant("zero_point", np.uint8(_ZERO_POINT))
        self.node("Abs", [rows], f"{name}.abs")
        self.node("ReduceMax", [f"{name}.abs", "last_axis"], f"{name}.max", keepdims=1)
        self.node("Max", [f"{name}.max", "tiny"], f"{name}.range")
        scale = self.node("Mul", [f"{name}.range", "to_int8"], f"{name}.scale")
        self.node("Div", [rows, scale], f"{name}.scaled")
        ints = self.node("QuantizeLinear", [f"{name}.scaled", "one", "zero_point"], f"{name}.int8")
        return ints, scale

    def product(self, activations: tuple[str, str], name: str) -> str:
        """Activations times the transposed matrix ``name.w``, without bias."""
        rows, scale = activations
        weights = self.matrices[f"{name}.w"].dequantised()
        if self.adapter is not None:
            weights = weights + self.adapter.change(f"{name}.w")
        weights = weights.T
        if self.precision == "float32":
            return self.node("MatMul", [rows, self.constant(f"{name}.w", weights)], name)
        ints, scales = _as_int8(weights)
        columns, of_columns = self.constant(f"{name}.w", ints), f"{name}.scales"
        inputs = [rows, columns, "one", self.constant(of_columns, scales), "zero_point"]
        self.node("MatMulIntegerToFloat", inputs, f"{name}.unscaled")
        return self.node("Mul", [f"{name}.unscaled", scale], name)

    def residual(self, rows: str, hidden: str, name: str, *, bias: str) -> str:
        self.node("Add", [rows, self.constant(bias, self.arrays[bias])], f"{name}.biased")
        self.node("Add", [f"{name}.biased", hidden], f"{name}.sum")
        return self.norm(f"{name}.sum", name)

    def norm(self, rows: str, name: str) -> str:
        gain = self.constant(f"{name}.w", self.arrays[f"{name}.w"])
        shift = self.constant(f"{name}.b", self.arrays[f"{name}.b"])
        inputs, epsilon = [rows, gain, shift], self.sizes.epsilon
        return self.node("LayerNormalization", inputs, f"{name}.normed", axis=-1, epsilon=epsilon)

    def constant(self, name: str, value: NDArray[np.generic] | np.generic) -> str:
        import onnx

        if name not in self.constants:
            contiguous = np.ascontiguousarray(value).reshape(value.shape)
            self.constants[name] = onnx.numpy_helper.from_array(contiguous, name)
        return name

    def node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        import onnx

        domain = _CONTRIB if kind in _CONTRIB_KINDS else ""
        node = onnx.helper.make_node(kind, inputs, [output], domain=domain, **attributes)
        self.nodes.append(node)
        return output


_CONTRIB_KINDS = frozenset(
    {"GatherBlockQuantized", "MultiHeadAttention", "MatMulIntegerToFloat", "BiasGelu"}
)


def _as_int4(matrix: Matrix) -> bytes:
    """Signed 4-bit weights, two to a byte, the earlier one in the low half."""
    signed = (matrix.nibbles - np.uint8(8)) & np.uint8(0x0F)
    return (signed[:, 0::2] | (signed[:, 1::2] << np.uint8(4))).tobytes()


def _as_int8(weights: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Weights (n_in, n_out) in 8 bits, and the scale of each column."""
    scales = np.abs(weights).max(axis=0) / np.float32(_WEIGHT_LIMIT)
    scales[scales == 0] = 1.0
    return np.round(weights / scales).astype(np.int8), scales.astype(np.float32)
