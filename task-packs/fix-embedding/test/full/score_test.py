"""The scorer on a small model, and on files that are no submissions. The scorer's own entry knows one shape only: GPT-2 XL's."""

import json
import math
import os
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path

import numpy
import torch

from programs import PACK, SCORER, START, program
from small import SMALL, Tensors, header_of, random_tensors, score, write

CHEATS = PACK / "cheats" / "full"
ROWS = torch.from_numpy(numpy.random.default_rng(7).integers(0, SMALL.vocabulary, (24, SMALL.context + 1)))


class Case(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.damaged = self.folder / "large_model.safetensors"
        write(self.damaged, random_tensors(1))
        self.solution = self.folder / "solution"
        self.solution.mkdir()
        self.file = self.solution / score.SUBMISSION

    def judge(self) -> dict:
        return score.judge(self.solution, ROWS, self.damaged, SMALL, "cpu")

    def refused(self, reason: str) -> None:
        verdict = self.judge()
        self.assertEqual(verdict["status"], "invalid", verdict)
        self.assertRegex(verdict["reason"], reason)


class Scores(Case):
    def test_random_weights_know_nothing(self) -> None:
        write(self.file, random_tensors(2))
        verdict = self.judge()
        self.assertEqual(verdict["status"], "valid")
        self.assertAlmostEqual(verdict["details"]["loss"], math.log(SMALL.vocabulary), delta=0.05)
        self.assertAlmostEqual(verdict["raw"], math.log(verdict["details"]["loss"] - 1.5))
        self.assertEqual(verdict["details"]["tokens"], ROWS.shape[0] * SMALL.context)

    def test_the_same_file_scores_the_same(self) -> None:
        write(self.file, random_tensors(2, scale=0.5))
        self.assertEqual(self.judge(), self.judge())

    def test_without_a_file_the_damaged_model_is_scored(self) -> None:
        without = self.judge()
        write(self.file, random_tensors(1))
        self.assertEqual(without["raw"], self.judge()["raw"])
        self.assertIn("damaged model", without["message"])

    def test_a_damaged_model_that_cannot_be_read_is_no_fault_of_the_agent(self) -> None:
        self.damaged.write_bytes(b"")
        with self.assertRaises(Exception):
            self.judge()

    def test_half_precision_of_either_kind_is_taken(self) -> None:
        tensors = random_tensors(3)
        write(self.file, tensors)
        half = self.judge()["details"]["loss"]
        brain = {
            name: torch.from_numpy(values).bfloat16().view(torch.int16).numpy() for name, values in tensors.items()
        }
        header = {name: {**entry, "dtype": "BF16"} for name, entry in header_of(tensors).items()}
        write(self.file, brain, header)
        self.assertAlmostEqual(self.judge()["details"]["loss"], half, delta=0.01)

    def test_the_model_is_the_one_that_the_agent_is_given(self) -> None:
        given = program(START, "model")
        tensors = {name: torch.from_numpy(values).float() for name, values in random_tensors(4, scale=0.5).items()}
        model = given.Model(given.Shape(SMALL.layers, SMALL.heads, SMALL.width, SMALL.vocabulary, SMALL.context))
        model.load_state_dict(tensors)
        with torch.no_grad():
            theirs, ours = model(ROWS[:, :-1]), score.logits(tensors, SMALL, ROWS[:, :-1])
        self.assertGreater(ours.std().item(), 0.5)
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)
        self.assertEqual(score.XL.tensors().keys(), names_of(given.LARGE))

    def test_each_token_is_predicted_from_those_before_it(self) -> None:
        tensors = {name: torch.from_numpy(values).float() for name, values in random_tensors(5, scale=0.5).items()}
        changed = ROWS.clone()
        changed[:, 20] = (changed[:, 20] + 1) % SMALL.vocabulary
        before, after = (score.logits(tensors, SMALL, rows[:, :-1]) for rows in (ROWS, changed))
        self.assertTrue(torch.equal(before[:, :20], after[:, :20]))
        self.assertFalse(torch.equal(before[:, 20:], after[:, 20:]))


class Refuses(Case):
    def edited(self, change) -> None:
        """A right file but for its header."""
        tensors = random_tensors(2)
        header = header_of(tensors)
        change(header)
        write(self.file, tensors, header)

    def test_what_is_no_file_of_this_kind(self) -> None:
        for content in (
            b"",
            b"\0" * 7,
            b"\0" * 64,
            b"\xff" * 64,
            (2).to_bytes(8, "little") + b"[]",
            b"PK\x03\x04" * 99,
        ):
            self.file.write_bytes(content)
            self.refused("no safetensors file")

    def test_a_header_without_end(self) -> None:
        deep = b"[" * 200_000
        self.file.write_bytes(len(deep).to_bytes(8, "little") + deep)
        self.refused("no safetensors file")

    def test_a_header_that_names_a_tensor_twice(self) -> None:
        text = b'{"a": 1, "a": 2}'
        self.file.write_bytes(len(text).to_bytes(8, "little") + text)
        self.refused("no safetensors file")

    def test_a_tensor_that_is_missing(self) -> None:
        self.edited(lambda header: header.pop("final_norm.bias"))
        self.refused("lacks final_norm.bias")

    def test_a_tensor_of_a_name_that_is_not_known(self) -> None:
        self.edited(lambda header: header.update({"output.weight": header["embedding.weight"]}))
        self.refused("does not have: output.weight")

    def test_another_shape(self) -> None:
        self.edited(lambda header: header["embedding.weight"].update(shape=[20, 512]))
        self.refused(r"embedding.weight has the shape \[20, 512\]; it must be \[512, 20\]")

    def test_another_type(self) -> None:
        for dtype in ("F32", "I16", "F8_E4M3", None, {}):
            self.edited(lambda header: header["position.weight"].update(dtype=dtype))
            self.refused("position.weight has the type")

    def test_offsets_that_do_not_fit(self) -> None:
        for offsets in ([0, 1], [-2, 1278], [0.0, 1280.0], [True, 1281], "0", [0, 1280, 1], None):
            self.edited(lambda header: header["position.weight"].update(data_offsets=offsets))
            self.refused("data_offsets of position.weight")

    def test_tensors_that_share_bytes(self) -> None:
        self.edited(lambda header: header["final_norm.bias"].update(data_offsets=[0, 40]))
        self.refused("overlap or leave gaps")

    def test_a_file_that_is_cut_off_or_longer(self) -> None:
        write(self.file, random_tensors(2))
        whole = self.file.read_bytes()
        for content in (whole[:-2], whole + b"\0"):
            self.file.write_bytes(content)
            self.refused("bytes long, and its header speaks of")

    def test_values_that_are_not_finite(self) -> None:
        for value in (math.nan, math.inf, -math.inf):
            tensors = random_tensors(2)
            tensors["blocks.1.perceptron.0.bias"][3] = value
            write(self.file, tensors)
            self.refused("blocks.1.perceptron.0.bias holds values that are not finite")

    def test_a_loss_that_has_no_score(self) -> None:
        for loss in (math.nan, math.inf, 1.5, 1.2):
            with unittest.mock.patch.object(score, "measure", return_value=loss):
                self.refused("must be a number above 1.5")

    def test_a_gpu_that_is_full(self) -> None:
        full = torch.cuda.OutOfMemoryError("CUDA out of memory")
        with (
            unittest.mock.patch.object(score, "measure", side_effect=full),
            unittest.mock.patch.object(torch.cuda, "mem_get_info", return_value=(3 * 2**30, 80 * 2**30)),
        ):
            self.refused("3 of 80 GiB free")


class Cheats(Case):
    """Those that are files are judged as GPT-2 XL's weights, those that are commands run beside small models."""

    def test_files(self) -> None:
        for name, reason in (("a-pickle", "no safetensors file"), ("shared-bytes", "overlap or leave gaps")):
            verdict = score.judge(CHEATS / name, ROWS, self.damaged, score.XL, "cpu")
            self.assertEqual(verdict["status"], "invalid")
            self.assertRegex(verdict["reason"], reason)

    def test_commands(self) -> None:
        smaller = score.Shape(SMALL.layers, SMALL.heads, 10, SMALL.vocabulary, SMALL.context)
        tensors: Tensors = {name: numpy.zeros(shape, numpy.float16) for name, shape in smaller.tensors().items()}
        write(self.folder / "small_model.safetensors", tensors)
        for name, reason in (
            ("the-small-model", "has the shape"),
            ("an-output-layer-of-its-own", "does not have: output.weight"),
        ):
            self.attempt(name)
            self.refused(reason)
            self.file.unlink()

    def test_none_is_forgotten(self) -> None:
        """What looks around a container finds it only there."""
        known = {"a-pickle", "shared-bytes", "the-small-model", "an-output-layer-of-its-own", "look-for-the-answer"}
        self.assertEqual({folder.name for folder in CHEATS.iterdir()}, known)

    def attempt(self, name: str) -> None:
        line = (CHEATS / name / "attempt").read_text()
        places = {"DATA": str(self.folder), "REBENCH_SOLUTION": str(self.solution), "HOME": str(self.folder)}
        subprocess.run(["sh", "-c", line], env={**os.environ, **places}, check=True)


class Entry(unittest.TestCase):
    def test_where_the_data_is_missing_nobody_is_scored(self) -> None:
        request = json.dumps({"submission": {"path": "/nowhere", "files": []}})
        run = subprocess.run(
            [sys.executable, "-B", str(SCORER / "score.py")], input=request, capture_output=True, text=True
        )
        self.assertNotEqual(run.returncode, 0)
        self.assertRegex(run.stderr, "no GPU|validation.bin is not here")
        self.assertEqual(run.stdout, "")


def names_of(shape) -> set[str]:
    """Names of a shape of the starting files, without making the model."""
    return {
        name for name in score.Shape(shape.layers, shape.heads, shape.width, shape.vocabulary, shape.context).tensors()
    }


if __name__ == "__main__":
    unittest.main()
