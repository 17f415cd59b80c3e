"""OpenWebText as GPT-2 tokens, uint16, the end of text after every document. The last part is held out."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy

# <|endoftext|>
END = 50256
VOCABULARY = 50257
HELD_OUT_DOCUMENTS = 4096
BATCH = 1024

Encode = Callable[[list[str]], list[list[int]]]


def documents(parquet: Path) -> Iterator[list[str]]:
    """The texts of a part, some at a time."""
    from pyarrow.parquet import ParquetFile

    for batch in ParquetFile(parquet).iter_batches(BATCH, columns=["text"]):
        yield batch.column(0).to_pylist()


def write_tokens(batches: Iterable[list[str]], encode: Encode, file: Path, append: bool = False) -> tuple[int, int]:
    """Writes documents one after the other; how many there were, and how many tokens they took."""
    count = tokens = 0
    with file.open("ab" if append else "wb") as stream:
        for texts in batches:
            for document in encode(texts):
                stream.write(numpy.array([*document, END], dtype="<u2").tobytes())
                tokens += len(document) + 1
            count += len(texts)
    return count, tokens


def first(batches: Iterable[list[str]], limit: int) -> Iterator[list[str]]:
    """The first documents, at most `limit`."""
    left = limit
    for texts in batches:
        yield texts[:left]
        left -= len(texts[:left])
        if left == 0:
            return


def encoder(threads: int) -> tuple[Encode, list[str]]:
    """GPT-2's encoding, and how each token reads; what is no text by itself is shown as bytes."""
    from tiktoken import get_encoding

    encoding = get_encoding("gpt2")
    tokens = [encoding.decode_single_token_bytes(token) for token in range(VOCABULARY)]
    shown = [token.decode("utf-8", errors="backslashreplace") for token in tokens]
    return lambda texts: encoding.encode_ordinary_batch(texts, num_threads=threads), shown


def write_vocabulary(shown: list[str], file: Path) -> None:
    file.write_text(json.dumps(shown, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
