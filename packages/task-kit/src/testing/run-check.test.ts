import { expect, it } from "vitest";
import { RebenchError } from "../errors.ts";
import { runConformance } from "./run-check.ts";

const host = (script: string) => ({ pack: "/nowhere", rebench: [process.execPath, "-e", script, "--"] as const });
const codeOf = (error: unknown): string => (RebenchError.is(error) ? error.code : String(error));

it("reads the host's report, also when the check failed", async () => {
  const check = { id: "main.mini.cheats", ok: false, message: "pays", fix: "close it" };
  const report = { ok: false, checks: [check], skipped: [] };
  const script = `console.log(${JSON.stringify(JSON.stringify(report))}); process.exitCode = 6`;
  expect(await runConformance(host(script))).toEqual(report);
});

it("says what the host said when there is no report", async () => {
  const refused = runConformance(host("console.error('the pack does not load'); process.exitCode = 2"));
  await expect(refused).rejects.toThrow("the pack does not load");
  expect(codeOf(await refused.catch((error: unknown) => error))).toBe("check.no-report");
});

it("says how to get a host where there is none", async () => {
  const error = await runConformance({ pack: "/nowhere", rebench: ["no-such-rebench"] }).catch(
    (thrown: unknown) => thrown,
  );
  expect(codeOf(error)).toBe("check.no-host");
});
