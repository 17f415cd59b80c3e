"""Makes the graphs of cheats/mini. Each is a small model that would run, were it not for what its name says.

    python3 make_mini.py
"""

import math
from collections.abc import Iterable
from pathlib import Path

from onnx_file import (
    BOOL,
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
    subgraph,
    tensor,
    value,
)

HERE = Path(__file__).parent / "mini"
OPSET = 15
VOCABULARY = 2048
TOKENS = value("tokens", INT64, ["rows", 128])
LOGITS = value("logits", FLOAT, ["rows", 128, VOCABULARY])
EMBEDDING = floats("embedding", [VOCABULARY, 1], (math.sin(token) for token in range(VOCABULARY)))
OUTPUT = floats("output", [1, VOCABULARY], (math.cos(token) for token in range(VOCABULARY)))
ONE = floats("one", [1], [1.0])


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
    opset: int = OPSET,
    output: bytes = OUTPUT,
    logits: bytes = LOGITS,
) -> bytes:
    """A model in which `nodes` turn `seen` [rows, 128, 1] into `made`, of which the logits are a product."""
    all_nodes = [
        node("Gather", ["embedding", "tokens"], ["seen"]),
        *nodes,
        node("MatMul", ["made", "output"], ["logits"]),
    ]
    content = graph(all_nodes, [EMBEDDING, output, *constants], [TOKENS], [logits])
    return model(content, [operator_set("", opset), *sets], functions)


def operators() -> None:
    """Operators that are not allowed, in the open and hidden away."""
    save("reciprocal", between([node("Reciprocal", ["seen"], ["made"])]))
    save("negative-power", between([node("Pow", ["seen", "minus"], ["made"])], [floats("minus", [1], [-1.0])]))
    save("softmax", between([node("Softmax", ["seen"], ["made"], [integer("axis", 1)])]))
    save("clipped", between([node("Clip", ["seen", "", "one"], ["made"])], [floats("one", [], [1.0])]))
    save(
        "where-it-is-greater",
        between([node("Greater", ["seen", "one"], ["which"]), node("Where", ["which", "seen", "one"], ["made"])], [ONE]),
    )
    save(
        "length-of-a-range",
        # The number of steps of a range rounds its end up.
        between(
            [
                node("ReduceSum", ["seen"], ["end"], [integer("keepdims", 0)]),
                node("Range", ["zero", "end", "step"], ["range"]),
                node("Shape", ["range"], ["length"]),
                node("Cast", ["length"], ["rounded"], [integer("to", FLOAT)]),
                node("Mul", ["seen", "rounded"], ["made"]),
            ],
            [floats("zero", [], [0.0]), floats("step", [], [1.0])],
        ),
    )
    save(
        "quantised",
        between(
            [
                node("DynamicQuantizeLinear", ["seen"], ["small", "scale", "zero"]),
                node("DequantizeLinear", ["small", "scale", "zero"], ["made"]),
            ]
        ),
    )


def hidden_operators() -> None:
    """The same where a reader of the main graph alone would not look."""
    body = [node("Div", ["one_over", "of"], ["is"])]
    save(
        "division-in-a-function",
        between(
            [node("Mix", ["one", "seen"], ["made"], domain="mine")],
            [ONE],
            sets=[operator_set("mine", 1)],
            functions=[function("Mix", "mine", ["one_over", "of"], ["is"], body, OPSET)],
        ),
    )
    branch = graph([node("Exp", ["seen"], ["branch"])], [], [], [value("branch", FLOAT, ["rows", 128, 1])])
    save(
        "exponential-in-a-branch",
        between(
            [node("If", ["yes"], ["made"], [subgraph("then_branch", branch), subgraph("else_branch", branch)])],
            [tensor("yes", BOOL, [], b"\x01")],
        ),
    )
    save(
        "another-domain",
        between([node("Gelu", ["seen"], ["made"], domain="com.microsoft")], sets=[operator_set("com.microsoft", 1)]),
    )
    save("newer-operators", between([node("Relu", ["seen"], ["made"])], opset=18))


def casts() -> None:
    """A float as an index reads any function from a table; a float as a bool is a comparison."""
    save(
        "rounded-into-an-index",
        between(
            [
                node("Cast", ["seen"], ["index"], [integer("to", INT64)]),
                node("GatherND", ["table", "index"], ["read"]),
                node("Unsqueeze", ["read", "last"], ["made"]),
            ],
            [floats("table", [64], (math.exp(step / 8) for step in range(64))), integers("last", [2])],
        ),
    )
    save(
        "compared-by-a-cast",
        between(
            [
                node("Cast", ["seen"], ["truth"], [integer("to", BOOL)]),
                node("Cast", ["truth"], ["made"], [integer("to", FLOAT)]),
            ]
        ),
    )


def files() -> None:
    """What is wrong with the file, its constants or its shapes."""
    same = [node("Identity", ["seen"], ["made"])]
    away = external("output", [1, VOCABULARY], "../../../hidden/mini/windows.bin")
    save("reads-another-file", between(same, output=away))
    save("not-a-number", between(same, output=floats("output", [1, VOCABULARY], [math.nan] * VOCABULARY)))
    save(
        "infinite",
        between([node("Mul", ["seen", "much"], ["more"]), node("Mul", ["more", "much"], ["made"])], [floats("much", [1], [3e38])]),
    )
    short = floats("output", [1, VOCABULARY - 1], [0.0] * (VOCABULARY - 1))
    save("one-logit-short", between(same, output=short, logits=value("logits", FLOAT, ["rows", 128, VOCABULARY - 1])))
    save("says-one-shape-and-gives-another", between(same, output=short))
    save(
        "memory-bomb",
        between(
            [
                node("ConstantOfShape", ["huge"], ["zeros"]),
                node("ReduceSum", ["zeros"], ["none"], [integer("keepdims", 0)]),
                node("Add", ["seen", "none"], ["made"]),
            ],
            [integers("huge", [2**20, 2**14])],
        ),
    )
    many = [node("Add", ["seen" if step == 0 else f"step{step}", "one"], [f"step{step + 1}"]) for step in range(6000)]
    save("too-many-nodes", between([*many, node("Identity", ["step6000"], ["made"])], [ONE]))
    square = floats("square", [64, 64], [0.01] * 64**2)
    wide = [node("Expand", ["seen", "size"], ["wide0"])]
    wide += [node("MatMul", [f"wide{step}", "square"], [f"wide{step + 1}"]) for step in range(2000)]
    wide += [node("ReduceSum", ["wide2000", "last"], ["made"], [integer("keepdims", 1)])]
    save("too-costly", between(wide, [square, integers("size", [1, 128, 64]), integers("last", [2])]))


def guesses() -> None:
    """Runs, and knows nothing: the same answer at each of the 128 places of any window."""
    places = floats("places", [128, 1], (float(place % 7) for place in range(128)))
    save(
        "the-same-for-any-text",
        between(
            [node("Mul", ["seen", "nothing"], ["gone"]), node("Add", ["gone", "places"], ["made"])],
            [places, floats("nothing", [1], [0.0])],
        ),
    )


if __name__ == "__main__":
    for make in (operators, hidden_operators, casts, files, guesses):
        make()
