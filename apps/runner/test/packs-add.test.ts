import { existsSync } from "node:fs";
import { readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Bench, checkout, toyTask, type ErrorObject, type RunObject } from "./cli.ts";
import { Registry } from "./registry.ts";

const toy = path.join(checkout, toyTask);
const published = (more: Record<string, unknown>) => (manifest: Record<string, unknown>) => ({
  ...manifest,
  private: false,
  name: "@acme/pack-pi",
  dependencies: { "@rebench/task-kit": "^1.0.0" },
  ...more,
});

interface Added {
  readonly pack: {
    readonly directory: string;
    readonly integrity: string;
    readonly added: boolean;
    dependencies: string[];
  };
}
interface Listed {
  readonly packs: readonly {
    readonly name: string;
    readonly version: string;
    readonly integrity: string;
    readonly signature: { readonly state: string } | null;
    readonly provenance: unknown;
    readonly problem: string | null;
    readonly tasks: readonly { readonly id: string; readonly tiers: readonly { readonly name: string }[] }[];
  }[];
}

let registry: Registry;
beforeAll(async () => {
  registry = await Registry.open();
  for (const version of ["1.0.0", "1.1.0", "2.0.0"]) await registry.publish(toy, published({ version }));
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
});

const open = (): Promise<Bench> => Bench.open({ REBENCH_SANDBOX: "local", ...registry.environment });

describe("packs from a registry", () => {
  it("are installed by name and range, several versions side by side, and run by name and version", async () => {
    await using bench = await open();
    const first = await bench.json<Added>("packs", "add", "@acme/pack-pi@^1");
    const second = await bench.json<Added>("packs", "add", "@acme/pack-pi");
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(first.value.pack.directory).toBe(path.join(bench.home, "packs/@acme/pack-pi/1.1.0"));
    expect(second.value.pack.directory).toBe(path.join(bench.home, "packs/@acme/pack-pi/2.0.0"));
    const { stdout } = await registry.npm(registry.folder, "view", "@acme/pack-pi@1.1.0", "dist.integrity");
    expect(first.value.pack.integrity).toBe(stdout.trim());

    const { value } = await bench.json<Listed>("packs");
    const ours = value.packs.filter((pack) => pack.name === "@acme/pack-pi");
    expect(ours).toMatchObject([
      { version: "2.0.0", problem: null, signature: { state: "absent" }, provenance: null },
      { version: "1.1.0", integrity: first.value.pack.integrity, problem: null },
    ]);
    expect(ours[0]?.tasks.map((task) => [task.id, task.tiers[0]?.name])).toEqual([
      ["main", "mini"],
      ["python", "mini"],
    ]);

    const run = ["--agent", "reference"];
    const old = await bench.json<RunObject>("run", "@acme/pack-pi/main@1.1.0", ...run);
    const newest = await bench.json<RunObject>("run", "@acme/pack-pi", ...run);
    expect([old, newest].map(({ value: { attempts } }) => [attempts[0]?.pack, attempts[0]?.score?.normalized])).toEqual(
      [
        ["@acme/pack-pi@1.1.0", 1],
        ["@acme/pack-pi@2.0.0", 1],
      ],
    );
    const missing = await bench.json<ErrorObject>("run", "@acme/pack-pi@1.0.0", ...run);
    expect(missing).toMatchObject({ code: 2, value: { error: { code: "pack.version-not-found" } } });
    expect(missing.value.error.fix).toContain("rebench packs add @acme/pack-pi@1.0.0");

    const again = await bench.json<Added>("packs", "add", "@acme/pack-pi@1.1.0");
    expect(again.value.pack.added).toBe(false);
    expect(await bench.json("packs", "remove", "@acme/pack-pi@1.1.0")).toMatchObject({ value: { removed: true } });
    expect(await bench.json("packs", "remove", "@acme/pack-pi@1.1.0")).toMatchObject({ value: { removed: false } });
    expect(await readdir(path.join(bench.home, "packs/@acme/pack-pi"))).toEqual(["2.0.0"]);
  });

  it("one without a scope is asked for as npm:NAME, and then goes by its name", async () => {
    await using bench = await open();
    await registry.publish(toy, published({ name: "pack-bare", version: "1.0.0" }));
    expect(await bench.json<ErrorObject>("packs", "add", "pack-bare")).toMatchObject({
      code: 2,
      value: { error: { code: "pack.not-in-registry" } },
    });
    expect((await bench.run("packs", "add", "npm:pack-bare@^1")).code).toBe(0);
    expect((await bench.run("run", "pack-bare@1.0.0", "--agent", "nop")).code).toBe(0);
    expect(await bench.json("packs", "remove", "pack-bare@1.0.0")).toMatchObject({ value: { removed: true } });
    expect(await readdir(path.join(bench.home, "packs"))).not.toContain("pack-bare");
  });

  it("two installs at once both succeed, and leave one copy", async () => {
    await using bench = await open();
    const both = await Promise.all([0, 1].map(() => bench.json<Added>("packs", "add", "@acme/pack-pi@2.0.0")));
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both.filter(({ value }) => value.pack.added)).toHaveLength(1);
    expect(await readdir(path.join(bench.home, "packs/@acme/pack-pi"))).toEqual(["2.0.0"]);
    expect(await readdir(path.join(bench.home, "packs/.staging"))).toEqual([]);
  });

  it("dependencies are installed below the pack, and nobody's scripts run", async () => {
    await using bench = await open();
    const mark = path.join(bench.home, "a-script-ran");
    const scripts = { preinstall: `touch ${mark}`, install: `touch ${mark}`, postinstall: `touch ${mark}` };
    await registry.publish(
      await registry.copyOf(toy, () => ({
        name: "plus-one",
        version: "1.0.0",
        type: "module",
        main: "index.js",
        scripts,
      })),
    );
    const dependencies = { "@rebench/task-kit": "^1.0.0", "plus-one": "^1.0.0" };
    await registry.publish(toy, published({ name: "@acme/pack-deep", version: "1.0.0", dependencies, scripts }));
    const { value } = await bench.json<Added>("packs", "add", "@acme/pack-deep");
    expect(value.pack.dependencies).toEqual(["plus-one@1.0.0"]);
    expect(existsSync(path.join(value.pack.directory, "node_modules/plus-one/package.json"))).toBe(true);
    expect(existsSync(mark)).toBe(false);
  });

  it("a private registry is read with the token that npm has for it, which nobody gets to see", async () => {
    await using vault = await Registry.open({ private: true });
    await vault.publish(toy, published({ version: "1.0.0" }));
    const nobody = path.join(vault.folder, "nobody");
    await writeFile(nobody, `registry=${vault.url}\n`);
    await using bench = await Bench.open({ ...vault.environment, npm_config_userconfig: nobody });
    const refused = await bench.json<ErrorObject>("packs", "add", "@acme/pack-pi");
    expect(refused).toMatchObject({ code: 2, value: { error: { code: "pack.registry-refused" } } });
    // Only its scope lives there, and the token comes from the environment.
    const scoped = path.join(vault.folder, "scoped");
    const token = `${vault.url.replace("http:", "")}:_authToken=\${ACME_TOKEN}`;
    await writeFile(scoped, `registry=http://127.0.0.1:9/\n@acme:registry=${vault.url}\n${token}\n`);
    const { npm_config_registry: _, ...rest } = vault.environment;
    const environment = { ...rest, npm_config_userconfig: scoped, ACME_TOKEN: vault.token };
    await using member = await Bench.open(environment);
    const { code, value, stderr } = await member.json<Added>("packs", "add", "@acme/pack-pi");
    expect(code).toBe(0);
    const record = await readFile(path.join(value.pack.directory, ".rebench-install.json"), "utf8");
    expect(`${JSON.stringify(value)}${stderr}${record}`).not.toContain(vault.token);
  });
});

describe("packs from the disk", () => {
  it("a folder and a tarball of it are the same pack, with the same integrity", async () => {
    await using bench = await open();
    const folder = await registry.copyOf(toy, published({ version: "3.0.0" }));
    const fromFolder = await bench.json<Added>("packs", "add", folder);
    await registry.npm(folder, "pack", "--pack-destination", registry.folder);
    const tarball = path.join(registry.folder, "acme-pack-pi-3.0.0.tgz");
    const fromTarball = await bench.json<Added>("packs", "add", tarball);
    expect([fromFolder, fromTarball].map(({ value }) => value.pack.added)).toEqual([true, false]);
    expect(fromTarball.value.pack.integrity).toBe(fromFolder.value.pack.integrity);
    // Other bytes under the same name and version are refused, until the old ones are removed.
    await writeFile(path.join(folder, "README.md"), "changed\n");
    const changed = await bench.json<ErrorObject>("packs", "add", folder);
    expect(changed).toMatchObject({ code: 2, value: { error: { code: "pack.installed-otherwise" } } });
    expect(changed.value.error.fix).toContain("rebench packs remove @acme/pack-pi@3.0.0");
  });

  it("one that was changed after it was installed is found, named, and mended by installing it again", async () => {
    await using bench = await open();
    const { value } = await bench.json<Added>("packs", "add", "@acme/pack-pi@1.0.0");
    await writeFile(path.join(value.pack.directory, "scorer/score.py"), "print('anything')\n");
    const run = await bench.json<ErrorObject>("run", "@acme/pack-pi@1.0.0", "--agent", "nop");
    expect(run).toMatchObject({ code: 2, value: { error: { code: "pack.malformed" } } });
    expect(run.value.error.message).toMatch(/pack\.tampered: .*\n.*rebench packs add @acme\/pack-pi@1\.0\.0/);
    const listed = await bench.json<Listed>("packs");
    expect(
      listed.value.packs.find((pack) => pack.version === "1.0.0" && pack.name === "@acme/pack-pi")?.problem,
    ).toContain("pack.tampered");
    expect((await bench.json<Added>("packs", "add", "@acme/pack-pi@1.0.0")).value.pack.added).toBe(true);
    expect((await bench.run("run", "@acme/pack-pi@1.0.0", "--agent", "nop")).code).toBe(0);
  });
});
