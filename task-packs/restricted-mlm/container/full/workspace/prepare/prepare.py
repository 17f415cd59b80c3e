"""Makes the data of the full tier: downloads about 24 GB, writes about 18 GB.

    python3 prepare.py OUT [--downloads FOLDER] [--threads N]

    OUT/workspace   train.bin, vocabulary.json
    OUT/scoring     validation.bin, frequencies.bin

Both get a SHA256SUMS. The same sources give the same bytes. Where a file `expected.sha256` lies beside this one, in the form of
`sha256sum` with paths relative to OUT, everything must be what it says.
"""

import argparse
import os
import tempfile
from pathlib import Path

from frequencies import frequencies
from sources import TEXT, TEXT_DOCUMENTS, download, sha256
from text import HELD_OUT_DOCUMENTS, documents, encoder, first, write_tokens, write_vocabulary

EXPECTED = Path(__file__).with_name("expected.sha256")


def prepare_text(out: Path, downloads: Path, keep: bool, threads: int) -> None:
    encode, shown = encoder(threads)
    write_vocabulary(shown, out / "workspace" / "vocabulary.json")
    train = out / "workspace" / "train.bin"
    *parts, last = TEXT
    total = 0
    for done, part in enumerate(parts):
        file = download(part, downloads)
        count, tokens = write_tokens(documents(file), encode, train, append=done > 0)
        total += count
        if not keep:
            file.unlink()
        print(f"{part.path}: {count} documents, {tokens} tokens", flush=True)
    file = download(last, downloads)
    total += sum(len(texts) for texts in documents(file))
    if total != TEXT_DOCUMENTS:
        raise SystemExit(f"OpenWebText has {total} documents here, and {TEXT_DOCUMENTS} are known")
    held_out = first(documents(file), HELD_OUT_DOCUMENTS)
    count, tokens = write_tokens(held_out, encode, out / "scoring" / "validation.bin")
    print(f"held out: {count} documents, {tokens} tokens", flush=True)
    frequencies(train).tofile(out / "scoring" / "frequencies.bin")


def write_sums(out: Path) -> None:
    """SHA256SUMS in each folder; ends where anything is not what was expected."""
    sums = {}
    for folder in ("workspace", "scoring"):
        files = sorted(file for file in (out / folder).iterdir() if file.name != "SHA256SUMS")
        here = {file.name: sha256(file) for file in files}
        (out / folder / "SHA256SUMS").write_text("".join(f"{digest}  {name}\n" for name, digest in here.items()))
        sums |= {f"{folder}/{name}": digest for name, digest in here.items()}
    lines = "".join(f"{digest}  {path}\n" for path, digest in sums.items())
    print(lines, end="")
    if EXPECTED.exists() and EXPECTED.read_text() != lines:
        raise SystemExit(f"this is not the data that {EXPECTED.name} speaks of:\n{EXPECTED.read_text()}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "--downloads", type=Path, help="folder that downloads are kept in (default: removed at the end)"
    )
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    for folder in ("workspace", "scoring"):
        (options.out / folder).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.out) as temporary:
        downloads = options.downloads or Path(temporary)
        prepare_text(options.out, downloads, options.downloads is not None, options.threads)
    write_sums(options.out)


if __name__ == "__main__":
    main()
