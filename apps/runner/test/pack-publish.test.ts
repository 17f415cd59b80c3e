import { afterAll, beforeAll, expect, it } from "vitest";
import { Registry } from "./registry.ts";
import { Shell } from "./shell.ts";

let registry: Registry;
beforeAll(async () => {
  registry = await Registry.open();
});
afterAll(() => registry[Symbol.asyncDispose]());

async function newPack(name: string): Promise<Shell> {
  const shell = await Shell.open(registry.environment);
  await shell.done(`rebench pack new ${name} --dir pack && cd pack && npm pkg set version=1.0.0`);
  return shell;
}

const inRegistry = async (shell: Shell, name: string): Promise<boolean> =>
  (await shell.run(`npm view ${name} version`)).code === 0;

it("refuses what is private, what leaves a file out, and what does not pass, and sends nothing", async () => {
  await using shell = await newPack("@acme/pack-refused");
  await shell.done("npm pkg set private=true --json");
  expect((await shell.run("rebench pack publish")).stderr).toContain("pack.private");

  await shell.done("npm pkg delete private && sed -i '/^    \"hidden\",$/d' package.json");
  const leftOut = await shell.run("rebench pack publish");
  expect(leftOut).toMatchObject({ code: 2, stderr: expect.stringContaining("hidden does not exist") });

  await shell.done("npm pkg set 'files[]=hidden' && rm -r cheats/far-too-many");
  const failing = await shell.run("rebench pack publish --json");
  expect(failing.code).toBe(6);
  expect(JSON.parse(failing.stdout)).toMatchObject({ pack: "@acme/pack-refused@1.0.0", ok: false, published: false });
  expect(await inRegistry(shell, "@acme/pack-refused")).toBe(false);
}, 180_000);

it("a pack of a pnpm workspace is packed and published by pnpm", async () => {
  await using shell = await newPack("@acme/pack-workspace");
  await shell.linkTaskKit();
  await shell.done("npm pkg set 'dependencies.@rebench/task-kit=workspace:^'");
  expect(await shell.done("rebench pack publish --tag next")).toContain("published @acme/pack-workspace@1.0.0");
  const published = await shell.done("npm view @acme/pack-workspace@next dependencies --json");
  expect(JSON.parse(published)).toEqual({ "@rebench/task-kit": expect.stringMatching(/^\^\d+\.\d+\.\d+$/) });
}, 180_000);

it("says so when the registry does not answer, or refuses", async () => {
  await using shell = await newPack("@acme/pack-nowhere");
  const silent = await shell.run("npm_config_fetch_retries=0 rebench pack publish --registry http://127.0.0.1:9/");
  expect(silent).toMatchObject({ code: 2, stderr: expect.stringContaining("pack.registry-failed") });
  const refused = await shell.run("npm_config_userconfig=/dev/null rebench pack publish");
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("pack.publish-failed") });
  expect(await inRegistry(shell, "@acme/pack-nowhere")).toBe(false);
}, 180_000);
