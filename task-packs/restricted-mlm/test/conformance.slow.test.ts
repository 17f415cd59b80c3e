import path from "node:path";
import { runConformance } from "@rebench/task-kit/testing";
import { expect, test } from "vitest";

const pack = path.join(import.meta.dirname, "..");

test("anchors, cheats, rungs and malformed submissions end as they must", { timeout: 1_200_000 }, async () => {
  const rebench = path.join(pack, "../../rebench");
  const only = ["definition", "instructions", "readme", "anchors", "malformed", "cheats", "rungs", "repeat"];
  const report = await runConformance({ pack, only, rebench: [rebench] });
  expect(report.checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(report.checks.filter(({ id }) => id.startsWith("main.mini.cheats."))).toHaveLength(24);
});
