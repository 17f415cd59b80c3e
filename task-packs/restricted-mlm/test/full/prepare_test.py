"""What prepares the data, on little of it: tokens, frequencies, and what is refused. Nothing is downloaded."""

import contextlib
import io
import re
import tempfile
import unittest
import unittest.mock
from pathlib import Path

import numpy

from programs import PACK, PREPARE, program

frequencies = program(PREPARE, "frequencies")
prepare = program(PREPARE, "prepare")
text = program(PREPARE, "text")


class Text(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def test_documents_end_with_their_token(self) -> None:
        file = self.folder / "train.bin"
        encode = lambda texts: [[len(word) for word in one.split()] for one in texts]  # noqa: E731
        self.assertEqual(text.write_tokens([["a bc", ""], ["def"]], encode, file), (3, 6))
        self.assertEqual(text.write_tokens([["g"]], encode, file, append=True), (1, 2))
        self.assertEqual(numpy.fromfile(file, "<u2").tolist(), [1, 2, 50256, 50256, 3, 50256, 1, 50256])

    def test_the_first_documents(self) -> None:
        batches = [["a", "b"], ["c", "d"], ["e"]]
        for limit, expected in ((1, ["a"]), (2, ["a", "b"]), (3, ["a", "b", "c"]), (9, ["a", "b", "c", "d", "e"])):
            self.assertEqual([one for texts in text.first(iter(batches), limit) for one in texts], expected)

    def test_what_was_held_out_is_nowhere_in_the_training_text(self) -> None:
        parts = [Path(f"part-{index}") for index in range(80)]
        for part in parts:
            (self.folder / part).touch()
        with (
            unittest.mock.patch.object(prepare, "download", lambda source, folder: folder / parts[index_of(source)]),
            unittest.mock.patch.object(prepare, "documents", lambda file: [[file.name] * 60, [file.name] * 40]),
            unittest.mock.patch.object(prepare, "encoder", lambda threads: (numbers, ["a", "\u00e9"])),
            unittest.mock.patch.object(prepare, "TEXT_DOCUMENTS", 8000),
            contextlib.redirect_stdout(io.StringIO()),
        ):
            for folder in ("workspace", "scoring"):
                (self.folder / folder).mkdir()
            prepare.prepare_text(self.folder, self.folder, True, 1)
            with self.assertRaisesRegex(SystemExit, "8000 documents here, and 8001 are known"):
                with unittest.mock.patch.object(prepare, "TEXT_DOCUMENTS", 8001):
                    prepare.prepare_text(self.folder, self.folder, True, 1)
        train = numpy.fromfile(self.folder / "workspace" / "train.bin", "<u2")
        held_out = numpy.fromfile(self.folder / "scoring" / "validation.bin", "<u2")
        self.assertEqual(set(train.tolist()), {*range(79), text.END})
        self.assertEqual(set(held_out.tolist()), {79, text.END})
        self.assertEqual((len(train), len(held_out)), (79 * 200, 200))
        shares = numpy.exp(numpy.fromfile(self.folder / "scoring" / "frequencies.bin", "<f4"))
        self.assertEqual(len(shares), text.VOCABULARY)
        self.assertAlmostEqual(float(shares.sum()), 1, delta=1e-4)
        self.assertAlmostEqual(float(shares[text.END] / shares[3]), 79, delta=0.1)
        self.assertGreater(float(shares.min()), 0)


class Sums(unittest.TestCase):
    def test_other_data_than_expected_is_refused(self) -> None:
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        for name in ("workspace", "scoring"):
            (folder / name).mkdir()
            (folder / name / "text.bin").write_text(name)
        expected = folder / "expected.sha256"
        with unittest.mock.patch.object(prepare, "EXPECTED", expected):
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                prepare.write_sums(folder)
            self.assertRegex(
                printed.getvalue(), r"^[0-9a-f]{64}  workspace/text.bin\n[0-9a-f]{64}  scoring/text.bin\n$"
            )
            expected.write_text(printed.getvalue())
            with contextlib.redirect_stdout(io.StringIO()):
                prepare.write_sums(folder)
                (folder / "scoring" / "text.bin").write_text("other")
                with self.assertRaisesRegex(SystemExit, "not the data that expected.sha256 speaks of"):
                    prepare.write_sums(folder)


class Containers(unittest.TestCase):
    """Two build contexts, since what is in one must not reach the other's image; how they prepare is the same."""

    def test_both_prepare_in_the_same_way(self) -> None:
        contexts = [PACK / "container" / "full" / name for name in ("workspace", "scoring")]
        here, there = ({file.name: file.read_bytes() for file in (one / "prepare").glob("*.*")} for one in contexts)
        self.assertEqual(here, there)
        first_stages = [stages((one / "Dockerfile").read_text())[0] for one in contexts]
        self.assertEqual(*first_stages)

    def test_each_image_gets_its_own_folder_alone(self) -> None:
        for name in ("workspace", "scoring"):
            last = stages((PACK / "container" / "full" / name / "Dockerfile").read_text())[-1]
            copies = [line for line in last.splitlines() if line.startswith(("COPY", "ADD"))]
            self.assertEqual(copies, [f"COPY --from=prepared /out/{name}/ /data/"])


def stages(dockerfile: str) -> list[str]:
    lines = "\n".join(line for line in dockerfile.splitlines() if not line.startswith("#")).strip()
    return [stage.strip() for stage in re.split(r"^(?=FROM )", lines, flags=re.MULTILINE) if stage.strip()]


def index_of(source) -> int:
    return int(re.search(r"train-(\d+)-of", source.path)[1])


def numbers(texts: list[str]) -> list[list[int]]:
    """One token a document: the number of its part."""
    return [[int(one.rsplit("-", 1)[1])] for one in texts]


if __name__ == "__main__":
    unittest.main()
