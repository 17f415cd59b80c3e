import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const folder = import.meta.dirname;

/** The first Python here that has NumPy; Debian's may lie behind another on the PATH. */
async function pythonWithNumpy(): Promise<string | undefined> {
  for (const python of ["python3", "/usr/bin/python3"]) {
    const works = run(python, ["-c", "import sys, numpy; sys.exit(sys.version_info < (3, 11))"]);
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

const python = await pythonWithNumpy();

test("prepare_test", async (context) => {
  if (python === undefined) return context.skip("no Python 3.11 with NumPy on this machine");
  const { stderr } = await run(python, ["-B", "-m", "unittest", "-q", "prepare_test"], {
    cwd: folder,
    env: { ...process.env, OMP_WAIT_POLICY: "PASSIVE" },
  });
  expect(stderr).toMatch(/\nOK\n$/);
});
