import { cp, rm } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { Bench, checkout, toyTask, type ErrorObject, type RunObject } from "./cli.ts";
import { Registry } from "./registry.ts";

interface Verified {
  readonly verified: boolean;
  readonly problems: readonly { readonly code: string; readonly message: string }[];
}

const published = (version: string) => (manifest: Record<string, unknown>) => ({
  ...manifest,
  private: false,
  name: "@acme/pack-pi",
  version,
  dependencies: { "@rebench/task-kit": "^1.0.0" },
});

it("installs the version that a run was made with, when only another one is here, and scores with it", async () => {
  await using registry = await Registry.open();
  for (const version of ["1.0.0", "2.0.0"]) await registry.publish(path.join(checkout, toyTask), published(version));
  const open = (): Promise<Bench> => Bench.open({ REBENCH_SANDBOX: "local", ...registry.environment });

  await using maker = await open();
  await maker.run("packs", "add", "@acme/pack-pi@1.0.0");
  const made = await maker.in(maker.home, "run", "@acme/pack-pi", "--agent", "reference", "--json");
  const { runId } = JSON.parse(made.stdout) as RunObject;
  await maker.in(maker.home, "lock", "@acme/pack-pi");
  // As if the maker's home were on another machine.
  await rm(path.join(maker.home, "packs"), { recursive: true });

  await using reader = await open();
  await reader.run("packs", "add", "@acme/pack-pi@2.0.0");
  const copy = path.join(reader.home, "results");
  await cp(path.join(maker.home, "runs", runId), copy, { recursive: true });
  expect(await reader.json<Verified>("verify", copy, "--rescore")).toMatchObject({
    code: 0,
    value: { verified: true, problems: [] },
  });
  expect(await reader.run("run", "@acme/pack-pi@1.0.0", "--agent", "nop")).toMatchObject({ code: 0 });

  // A lock of a version that is not here is a difference, not a missing pack.
  await using other = await open();
  await other.run("packs", "add", "@acme/pack-pi@2.0.0");
  await cp(path.join(maker.home, "rebench.lock.json"), path.join(other.home, "rebench.lock.json"));
  const locked = ["run", "@acme/pack-pi", "--agent", "nop", "--locked"];
  const refused = await other.in(other.home, ...locked, "--json");
  expect({ code: refused.code, error: (JSON.parse(refused.stdout) as ErrorObject).error.code }).toEqual({
    code: 6,
    error: "lock.differs",
  });
  expect(refused.stderr).toContain("rebench packs add @acme/pack-pi@1.0.0");
  await other.run("packs", "add", "@acme/pack-pi@1.0.0");
  expect(await other.in(other.home, ...locked)).toMatchObject({ code: 0 });
}, 120_000);
