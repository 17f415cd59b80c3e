"""Makes the graphs of cheats/full: small models of the full tier's shape that would run, were it not for what their name says.

python3 make_full.py
"""

from collections.abc import Iterable
from pathlib import Path

from onnx_file import (
    FLOAT,
    INT64,
    external,
    floats,
    function,
    graph,
    integer,
    integers,
    model,
    node,
    operator_set,
    value,
)

HERE = Path(__file__).parent / "full"
OPSET = 15
VOCABULARY = 50257


def save(name: str, content: bytes) -> None:
    folder = HERE / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(content)


def between(
    nodes: Iterable[bytes],
    constants: Iterable[bytes] = (),
    *,
    sets: Iterable[bytes] = (),
    functions: Iterable[bytes] = (),
) -> bytes:
    """A model in which `nodes` turn `seen` [rows, 128, 1] into `made`, of which the logits are a product."""
    all_nodes = [
        node("Cast", ["tokens"], ["numbers"], [integer("to", FLOAT)]),
        node("Mul", ["numbers", "small"], ["less"]),
        node("Unsqueeze", ["less", "last"], ["seen"]),
        *nodes,
        node("ConstantOfShape", ["wide"], ["output"]),
        node("MatMul", ["made", "output"], ["logits"]),
    ]
    shared = [floats("small", [1], [1e-5]), integers("last", [2]), integers("wide", [1, VOCABULARY])]
    tokens, logits = value("tokens", INT64, ["rows", 128]), value("logits", FLOAT, ["rows", 128, VOCABULARY])
    content = graph(all_nodes, [*shared, *constants], [tokens], [logits])
    return model(content, [operator_set("", OPSET), *sets], functions)


def main() -> None:
    save("softmax", between([node("Softmax", ["seen"], ["made"], [integer("axis", 1)])]))
    save("negative-power", between([node("Pow", ["seen", "minus"], ["made"])], [floats("minus", [1], [-1.0])]))
    one = floats("one", [1], [1.0])
    division = function("Mix", "mine", ["one_over", "of"], ["is"], [node("Div", ["one_over", "of"], ["is"])], OPSET)
    mixed = node("Mix", ["one", "seen"], ["made"], domain="mine")
    save("division-in-a-function", between([mixed], [one], sets=[operator_set("mine", 1)], functions=[division]))
    compared = [node("Greater", ["seen", "one"], ["which"]), node("Where", ["which", "seen", "one"], ["made"])]
    save("where-it-is-greater", between(compared, [one]))
    outside = external("weights", [1], "/data/validation.bin")
    save("reads-another-file", between([node("Mul", ["seen", "weights"], ["made"])], [outside]))
    square = [
        node("ConstantOfShape", ["tall"], ["up"]),
        node("MatMul", ["seen", "up"], ["wider"]),
        node("ConstantOfShape", ["square"], ["across"]),
        node("MatMul", ["wider", "across"], ["mixed"]),
        node("ReduceSum", ["mixed", "last"], ["made"], [integer("keepdims", 1)]),
    ]
    save("memory-bomb", between(square, [integers("tall", [1, 60_000]), integers("square", [60_000, 60_000])]))


if __name__ == "__main__":
    main()
