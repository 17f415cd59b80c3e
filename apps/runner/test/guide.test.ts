import { expect, it } from "vitest";
import { readGuide } from "./guide.ts";
import { Registry } from "./registry.ts";
import { Shell } from "./shell.ts";

/** Needs the registry of the world, or what only a published rebench has; `guide.slow.test.ts` runs these too. */
const needsTheWorld = /^npm (?:install|test)\b/m;

it("the author's guide works as it stands, from the first command to the published pack", async () => {
  const steps = await readGuide();
  expect(steps.filter(({ script }) => needsTheWorld.test(script))).toHaveLength(2);
  await using registry = await Registry.open();
  await using shell = await Shell.open(registry.environment);
  for (const { section, script, promised } of steps.filter((step) => !needsTheWorld.test(step.script))) {
    // The checkout's own changesets, which npx would take from the pack.
    const { code, stdout, stderr } = await shell.run(script.replaceAll("npx changeset", "changeset"));
    if (code !== 0) throw new Error(`${section}: exit ${code}: ${script}\n${stdout}\n${stderr}`);
    for (const line of promised) expect(`${stdout}${stderr}`, section).toContain(line);
  }
}, 400_000);
