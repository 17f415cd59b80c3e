import { expect, it } from "vitest";
import { toyTask, checkout } from "./cli.ts";
import { Registry } from "./registry.ts";
import path from "node:path";

it("publishes with npm and answers for what was published", async () => {
  await using registry = await Registry.open();
  const rename = (version: string) => (manifest: Record<string, unknown>) => ({
    ...manifest,
    private: false,
    name: "@acme/pack-pi",
    version,
    dependencies: {},
  });
  await registry.publish(path.join(checkout, toyTask), rename("1.0.0"));
  await registry.publish(path.join(checkout, toyTask), rename("1.1.0"));
  const { stdout } = await registry.npm(registry.folder, "view", "@acme/pack-pi", "versions", "--json");
  expect(JSON.parse(stdout)).toEqual(["1.0.0", "1.1.0"]);
  await expect(registry.publish(path.join(checkout, toyTask), rename("1.0.0"))).rejects.toThrow("1.0.0");
});

it("a private one asks readers for the token", async () => {
  await using registry = await Registry.open({ private: true });
  expect((await fetch(`${registry.url}@acme%2fpack-pi`)).status).toBe(401);
  const headers = { authorization: `Bearer ${registry.token}` };
  expect((await fetch(`${registry.url}@acme%2fpack-pi`, { headers })).status).toBe(404);
});
