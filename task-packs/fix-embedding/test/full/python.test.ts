import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const folder = import.meta.dirname;

/** The first Python here that has PyTorch; Debian's may lie behind another on the PATH. */
async function pythonWithTorch(): Promise<string | undefined> {
  for (const python of ["python3", "/usr/bin/python3"]) {
    const works = run(python, ["-c", "import sys, numpy, torch; sys.exit(sys.version_info < (3, 11))"]);
    if (
      await works.then(
        () => true,
        () => false,
      )
    )
      return python;
  }
  return undefined;
}

const python = await pythonWithTorch();

test.for(["score_test", "prepare_test"])("%s", async (name, context) => {
  if (python === undefined) return context.skip("no Python 3.11 with PyTorch and NumPy on this machine");
  const { stderr } = await run(python, ["-B", "-m", "unittest", "-q", name], {
    cwd: folder,
    env: { ...process.env, OMP_WAIT_POLICY: "PASSIVE" },
  });
  expect(stderr).toMatch(/\nOK\n$/);
});
