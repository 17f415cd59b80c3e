"""What is downloaded: which files of which commits, and what they must be."""

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """One file of a Hugging Face repository. Without a `sha256` it must be what the repository's own record of large files says."""

    repository: str
    kind: str
    revision: str
    path: str
    sha256: str | None = None


TEXT_PARTS = 80
# All of OpenWebText; licence CC0-1.0.
TEXT_DOCUMENTS = 8_013_769
TEXT = [
    Source(
        repository="Skylion007/openwebtext",
        kind="dataset",
        revision="79d93d786212f7344586290adb811d4ae6a1762c",
        path=f"plain_text/train-{part:05d}-of-{TEXT_PARTS:05d}.parquet",
    )
    for part in range(TEXT_PARTS)
]


def download(source: Source, folder: Path) -> Path:
    """Fetches a file, or takes the one that is there already, and checks it."""
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url

    where = {"repo_id": source.repository, "repo_type": source.kind, "revision": source.revision}
    wanted = source.sha256 or get_hf_file_metadata(hf_hub_url(filename=source.path, **where)).etag
    if wanted is None or len(wanted) != 64:
        raise SystemExit(f"{source.repository} no longer says which SHA-256 {source.path} has: {wanted}")
    file = Path(hf_hub_download(filename=source.path, local_dir=folder / source.repository, **where))
    found = sha256(file)
    if found != wanted:
        raise SystemExit(f"{file} has the SHA-256 {found}, not {wanted}; remove it and try again")
    return file


def sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
