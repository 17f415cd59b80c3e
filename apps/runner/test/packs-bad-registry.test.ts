import { generateKeyPairSync, sign } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Bench, checkout, toyTask, type ErrorObject } from "./cli.ts";
import { changeDocument, isTarball, RegistryFront, type Answer, type Fault } from "./registry-front.ts";
import { Registry } from "./registry.ts";

const toy = path.join(checkout, toyTask);
const named = (more: Record<string, unknown>) => (manifest: Record<string, unknown>) => ({
  ...manifest,
  private: false,
  name: "@acme/pack-pi",
  version: "1.0.0",
  dependencies: { "@rebench/task-kit": "^1.0.0" },
  ...more,
});

let registry: Registry;
beforeAll(async () => {
  registry = await Registry.open();
  await registry.publish(toy, named({}));
});
afterAll(() => registry[Symbol.asyncDispose]());

interface Added {
  readonly pack: {
    readonly signature: { readonly state: string };
    readonly provenance: { readonly state: string } | null;
  };
}

/** Each with a cache of its own: what npm has fetched once it does not ask for again. */
async function behind(front: { readonly url: string }, more: Record<string, string> = {}): Promise<Bench> {
  const npm_config_cache = await mkdtemp(path.join(registry.folder, "cache-"));
  const quick = { npm_config_fetch_retries: "0", npm_config_fetch_timeout: "1500" };
  return Bench.open({ ...registry.environment, npm_config_registry: front.url, npm_config_cache, ...quick, ...more });
}

/** Nothing of the pack is there, and nothing that an installation left. */
async function expectNothingInstalled(bench: Bench): Promise<void> {
  expect(existsSync(path.join(bench.home, "packs/@acme"))).toBe(false);
  const staging = path.join(bench.home, "packs/.staging");
  if (existsSync(staging)) expect(await readdir(staging)).toEqual([]);
}

async function refusal(bench: Bench, spec = "@acme/pack-pi"): Promise<ErrorObject["error"]> {
  const { code, value, stderr } = await bench.json<ErrorObject>("packs", "add", spec);
  expect(code).toBe(2);
  expect(stderr).not.toMatch(/\n\s+at /);
  await expectNothingInstalled(bench);
  return value.error;
}

const empty: Answer = { status: 500, headers: {}, body: Buffer.from("{}") };
const half = (_: unknown, answer: Answer, response: Parameters<Fault>[2]): null => {
  response.writeHead(200, { ...answer.headers, "content-length": answer.body.length });
  response.write(answer.body.subarray(0, answer.body.length / 2), () => response.destroy());
  return null;
};

describe("a registry that does not do its work is said to, and nothing is installed", () => {
  it("one that has no such pack, or no such version", async () => {
    await using bench = await behind(registry);
    expect(await refusal(bench, "@acme/pack-none")).toMatchObject({ code: "pack.not-in-registry" });
    expect(await refusal(bench, "@acme/pack-pi@^7")).toMatchObject({ code: "pack.no-such-version" });
  });

  const faults: Record<string, Fault> = {
    "answers 500": () => empty,
    "answers 500 for the tarball alone": (request, answer) => (isTarball(request) ? empty : answer),
    "sends half a document": half,
    "sends half a tarball": (request, answer, response) =>
      isTarball(request) ? half(request, answer, response) : answer,
    "answers nothing": () => null,
    "falls silent in the middle of the tarball": (request, answer, response) => {
      if (!isTarball(request)) return answer;
      response.writeHead(200, { "content-length": answer.body.length });
      response.write(answer.body.subarray(0, 100));
      return null;
    },
    "sends a page of HTML": () => ({ status: 200, headers: {}, body: Buffer.from("<html>log in first</html>") }),
  };
  it.each(Object.keys(faults))("one that %s", async (name) => {
    await using front = await RegistryFront.open(registry, faults[name] ?? (() => null));
    await using bench = await behind(front);
    const { code, fix } = await refusal(bench);
    expect(["pack.registry-failed", "pack.integrity-mismatch"]).toContain(code);
    expect(fix).not.toBeNull();
  });

  it("one that does not run", async () => {
    await using bench = await behind({ url: "http://127.0.0.1:9/" });
    expect(await refusal(bench)).toMatchObject({ code: "pack.registry-failed" });
  });
});

describe("a pack that is not what was published is refused", () => {
  it("a tarball with one byte changed", async () => {
    const fault: Fault = (request, answer) => {
      if (!isTarball(request)) return answer;
      const body = Buffer.from(answer.body);
      body.writeUInt8(body.readUInt8(200) ^ 1, 200);
      return { ...answer, body };
    };
    await using front = await RegistryFront.open(registry, fault);
    await using bench = await behind(front);
    expect(await refusal(bench)).toMatchObject({ code: "pack.integrity-mismatch" });
  });

  it("one published under another name, with a digest that fits", async () => {
    await registry.publish(toy, named({ name: "@evil/pack-other" }));
    const fault: Fault = async (request, answer) => {
      if (isTarball(request)) return answer;
      const other = await fetch(`${registry.url}@evil%2fpack-other`).then((response) => response.text());
      const { versions } = JSON.parse(other) as { versions: Record<string, { dist: unknown }> };
      return changeDocument(answer, (document) =>
        Object.assign(document.versions?.["1.0.0"] ?? {}, { dist: versions["1.0.0"]?.dist }),
      );
    };
    await using front = await RegistryFront.open(registry, fault);
    await using bench = await behind(front);
    const error = await refusal(bench);
    expect(error.message).toMatch(/pack\.misnamed: .*@acme\/pack-pi@1\.0\.0.*@evil\/pack-other@1\.0\.0/);
  });

  it("everything that is wrong with its manifest comes as one list, before any of its code ran", async () => {
    const rebench = { spec: 9, entry: "./none.js", host: ">=7" };
    const dependencies = { "@rebench/task-kit": "^7.0.0", local: "file:../local", left: "catalog:" };
    await registry.publish(toy, named({ name: "@acme/pack-all-wrong", rebench, dependencies }));
    await using bench = await behind(registry);
    const { code, message } = await refusal(bench, "@acme/pack-all-wrong");
    expect(code).toBe("pack.malformed");
    for (const problem of [
      "spec-unknown",
      "host-range",
      "entry-missing",
      "kit-range",
      "bad-dependency: its dependency local",
    ])
      expect(message).toContain(`pack.${problem}`);
    expect(message.match(/fix: /g)).toHaveLength(6);
  });
});

describe("signatures and attestations", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const keyid = "SHA256:ours";
  const key = publicKey.export({ type: "spki", format: "der" }).toString("base64");
  const signing = (text: (integrity: string) => string, keys: readonly object[]): Fault => {
    return (request, answer) => {
      if (request.url === "/-/npm/v1/keys")
        return { status: 200, headers: {}, body: Buffer.from(JSON.stringify({ keys })) };
      if (isTarball(request)) return answer;
      return changeDocument(answer, ({ versions }) => {
        for (const { dist } of Object.values(versions ?? {})) {
          const sig = sign("SHA256", Buffer.from(text(dist.integrity)), privateKey).toString("base64");
          dist["signatures"] = [{ keyid, sig }];
          dist["attestations"] = { url: `http://${request.headers.host ?? ""}/-/npm/v1/attestations/none` };
        }
      });
    };
  };
  const right = (integrity: string): string => `@acme/pack-pi@1.0.0:${integrity}`;
  const keys = [{ keyid, key, keytype: "ecdsa-sha2-nistp256", scheme: "ecdsa-sha2-nistp256", expires: null }];

  it("a good signature is shown as such; an attestation that cannot be checked is shown, and no obstacle", async () => {
    await using front = await RegistryFront.open(registry, signing(right, keys));
    await using bench = await behind(front);
    const { code, value } = await bench.json<Added>("packs", "add", "@acme/pack-pi");
    expect(code).toBe(0);
    expect(value.pack).toMatchObject({
      signature: { state: "verified", keyId: keyid },
      provenance: { state: "unverified" },
    });
  });

  it("a signature whose key nobody knows is shown as unchecked", async () => {
    await using front = await RegistryFront.open(registry, signing(right, []));
    await using bench = await behind(front);
    const { code, value } = await bench.json<Added>("packs", "add", "@acme/pack-pi");
    expect({ code, state: value.pack.signature.state }).toEqual({ code: 0, state: "unverified" });
  });

  it("a signature of something else is refused", async () => {
    await using front = await RegistryFront.open(
      registry,
      signing(() => "@acme/pack-pi@1.0.0:sha512-x", keys),
    );
    await using bench = await behind(front);
    expect(await refusal(bench)).toMatchObject({ code: "pack.signature-invalid" });
  });
});

describe("an installation that is interrupted", () => {
  it("killed in the middle of the download leaves nothing that is used, and the next one is whole", async () => {
    let stalled = true;
    const fault: Fault = (request, answer, response) => {
      if (!isTarball(request) || !stalled) return answer;
      response.writeHead(200, { "content-length": answer.body.length });
      response.write(answer.body.subarray(0, answer.body.length / 2));
      return null;
    };
    await using front = await RegistryFront.open(registry, fault);
    await using bench = await behind(front, { npm_config_fetch_timeout: "60000" });
    const { child, finished } = bench.start(["packs", "add", "@acme/pack-pi"]);
    const staging = path.join(bench.home, "packs/.staging");
    const begun = async (): Promise<boolean> =>
      existsSync(staging) && (await readdir(staging, { recursive: true })).some((file) => file.endsWith("pack.tgz"));
    while (!(await begun())) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGKILL");
    await finished;
    expect(existsSync(path.join(bench.home, "packs/@acme"))).toBe(false);
    const listed = await bench.json<{ packs: { name: string }[] }>("packs");
    expect(listed.value.packs.map((pack) => pack.name)).not.toContain("@acme/pack-pi");
    stalled = false;
    expect((await bench.run("packs", "add", "@acme/pack-pi")).code).toBe(0);
    expect(await readdir(staging)).toEqual([]);
    expect((await bench.run("run", "@acme/pack-pi@1.0.0", "--agent", "nop")).code).toBe(0);
  });

  it("a pack that is removed while it is listed is listed or not, and no error", async () => {
    await using bench = await behind(registry);
    expect((await bench.run("packs", "add", "@acme/pack-pi")).code).toBe(0);
    const [listed, removed] = await Promise.all([
      bench.json<{ packs: { name: string; problem: string | null }[] }>("packs"),
      bench.run("packs", "remove", "@acme/pack-pi@1.0.0"),
    ]);
    expect([listed.code, removed.code]).toEqual([0, 0]);
    expect(listed.value.packs.filter((pack) => pack.problem !== null)).toEqual([]);
  });
});
