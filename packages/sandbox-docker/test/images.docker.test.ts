import { chmodSync, chownSync, cpSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { token, until } from "@rebench/core/testing";
import type { RebenchError } from "@rebench/task-kit";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../src/engine/connect.ts";
import { createProvider, type ProviderInternals } from "../src/provider.ts";
import { testProvider, testScope, withEngine } from "./engine.ts";
import { contextOf, removeFolders, run, specOf, using } from "./sandboxes.ts";

afterAll(removeFolders);

withEngine("images", (engine) => {
  const scope = testScope("images");
  const socketPath = /^unix:\/\/(.+)$/.exec(engine.location.address)?.[1];
  // The same engine, past our own client.
  const docker = new Docker(socketPath === undefined ? {} : { socketPath });
  const builds: string[] = [];
  const counting: ProviderInternals = {
    engine: (real) => ({
      ...real,
      images: {
        ...real.images,
        build: (options) => {
          builds.push(options.tag);
          return real.images.build(options);
        },
      },
    }),
  };
  const provider = testProvider(scope, counting);
  const context = contextOf(["COPY one /one", "RUN cat /one >/two"], { one: "first" });

  async function buildsOf(work: () => Promise<unknown>): Promise<number> {
    const before = builds.length;
    await work();
    return builds.length - before;
  }

  describe("of one content", () => {
    it("are built once, however many want them at a time", async () => {
      const said: string[] = [];
      const sandboxes = await Promise.all(
        [1, 2, 3, 4, 5].map(() => provider.create(specOf(context), { onProgress: (message) => said.push(message) })),
      );
      try {
        expect(builds).toHaveLength(1);
        expect(said.filter((message) => message.startsWith("building image"))).toHaveLength(1);
        expect(said.some((message) => /^Step \d+\/\d+ : COPY one/.test(message))).toBe(true);
        expect(new Set(sandboxes.map(({ observed }) => JSON.stringify(observed))).size).toBe(1);
        for (const sandbox of sandboxes) expect((await run(sandbox, "cat /two")).stdout).toBe("first");
      } finally {
        await Promise.all(sandboxes.map((sandbox) => sandbox.destroy()));
      }
    });

    it("are found again by whoever comes later, and by another engine client", async () => {
      const other = createProvider({ scope }, counting);
      expect(await buildsOf(() => other.ensureImage(context, {}))).toBe(0);
    });

    it("are known by their bytes and executable bits, not by times and owners", async () => {
      const copy = mkdtempSync(join(tmpdir(), "rebench-copy-"));
      cpSync(context, copy, { recursive: true });
      utimesSync(join(copy, "one"), 1, 1);
      chmodSync(join(copy, "one"), 0o600);
      if (process.getuid?.() === 0) chownSync(join(copy, "one"), 1234, 1234);
      expect(await buildsOf(() => provider.ensureImage(copy, {}))).toBe(0);
      chmodSync(join(copy, "one"), 0o700);
      expect(await buildsOf(() => provider.ensureImage(copy, {}))).toBe(1);
      writeFileSync(join(copy, "one"), "fitst");
      expect(await buildsOf(() => provider.ensureImage(copy, {}))).toBe(1);
      expect(await buildsOf(() => provider.ensureImage(copy, {}))).toBe(0);
      expect(new Set(builds).size).toBe(3);
      rmSync(copy, { recursive: true });
    });

    it("are observed as the engine has them", async () => {
      await using(provider, specOf(context), async (sandbox) => {
        const name = builds[0] ?? "";
        const found = await docker.getImage(name).inspect();
        expect(sandbox.observed).toEqual({
          engine: (await docker.version()).Version,
          image: found.Id,
          layers: found.RootFS.Layers,
          bases: [],
        });
        expect(sandbox.observed?.layers.length).toBeGreaterThan(2);
        expect(found.Config.Labels).toMatchObject({ "rebench.scope": scope, "rebench.image": "sandbox" });
      });
    });
  });

  describe("that cannot be built", () => {
    it("say which step failed and why, and leave nothing", async () => {
      const mark = token();
      const failing = contextOf([
        `RUN echo ${mark} >/made`,
        "RUN echo the words of the step >&2 && echo more && exit 3",
      ]);
      for (const work of [() => provider.ensureImage(failing, {}), () => provider.create(specOf(failing))]) {
        const error: unknown = await work().catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({ code: "sandbox.image-failed" });
        const { message } = error as RebenchError;
        expect(message).toContain("the words of the step");
        expect(message).toContain("returned a non-zero code: 3");
        expect(message).toMatch(/Step \d+\/\d+ : RUN echo the words/);
      }
      expect(await madeBy(docker, mark)).toEqual([]);
    });

    it("have no Dockerfile, or one that is none", async () => {
      const folder = contextOf();
      rmSync(join(folder, "Dockerfile"));
      await expect(provider.ensureImage(folder, {})).rejects.toMatchObject({ code: "pack.no-dockerfile" });
      symlinkSync("/etc/hostname", join(folder, "Dockerfile"));
      await expect(provider.create(specOf(folder))).rejects.toMatchObject({ code: "pack.context-link" });
      await expect(provider.ensureImage(contextOf(["NOT A STEP"]), {})).rejects.toMatchObject({
        code: "sandbox.image-failed",
        message: expect.stringMatching(/unknown instruction/i) as string,
      });
      await expect(provider.ensureImage(contextOf(["COPY missing /"]), {})).rejects.toMatchObject({
        code: "sandbox.image-failed",
        message: expect.stringContaining("missing") as string,
      });
    });

    it("are given up when that is asked for, without giving up those of others", async () => {
      const mark = token();
      const slow = contextOf([`RUN echo ${mark} >/made`, "RUN sleep 1"]);
      const abort = new AbortController();
      const alone = provider.ensureImage(slow, {
        signal: abort.signal,
        onProgress: (message) => message.includes("RUN sleep 1") && abort.abort(new Error("given up")),
      });
      await expect(alone).rejects.toThrow("given up");
      await until("nothing is left of it", async () => (await madeBy(docker, mark)).length === 0);
      // Two wait for one build: whose it was gives up.
      const again = new AbortController();
      const began = Promise.withResolvers<void>();
      const onProgress = (message: string): void => void (message.includes("RUN sleep 1") && began.resolve());
      const first = provider.ensureImage(slow, { signal: again.signal, onProgress });
      await began.promise;
      const second = provider.ensureImage(slow, {});
      const third = provider.ensureImage(slow, { signal: AbortSignal.timeout(150) });
      await expect(third).rejects.toMatchObject({ name: "TimeoutError" });
      again.abort(new Error("given up"));
      await expect(first).rejects.toThrow("given up");
      await second;
    });

    it("for want of space are not begun", async () => {
      const full = createProvider(
        { scope },
        // A file system on which nothing is free.
        {
          engine: (real: Engine): Engine => ({
            ...real,
            system: { ...real.system, facts: async () => ({ ...(await real.system.facts()), root: "/proc" }) },
          }),
        },
      );
      await expect(full.ensureImage(contextOf(["RUN false"]), {})).rejects.toMatchObject({
        code: "sandbox.disk-full",
        message: expect.stringContaining("/proc has 0 MB free") as string,
      });
      // What is there needs none.
      await full.ensureImage(context, {});
    });
  });

  describe("when they are cleaned", () => {
    const other = testProvider(`${scope}-other`);
    beforeAll(async () => {
      await provider.ensureImage(context, {});
      await other.ensureImage(contextOf(["RUN echo other"]), {});
    });

    it("are those that no container uses, of one scope, with what built them", async () => {
      await using(provider, specOf(context), async (sandbox) => {
        const ours = () => ofScope(docker, scope);
        const all = await ours();
        const used = sandbox.observed?.image ?? "";
        const builders = all.filter(({ Labels }) => Labels["rebench.image"] === "builder");
        expect(builders.length).toBeGreaterThan(0);
        expect(await provider.cleanImages({ dryRun: true })).toBe(all.length - 1);
        expect(await ours()).toHaveLength(all.length);
        expect(await provider.cleanImages({ dryRun: false })).toBe(all.length - 1);
        expect((await ours()).map(({ Id }) => Id)).toEqual([used]);
        expect(await provider.cleanImages({ dryRun: true })).toBe(0);
        expect((await run(sandbox, "cat /two")).stdout).toBe("first");
      });
      expect(await provider.cleanImages({ dryRun: false })).toBe(1);
      expect(await ofScope(docker, scope)).toEqual([]);
      expect(await provider.checkProfile()).toBeNull();
      expect((await ofScope(docker, `${scope}-other`)).length).toBeGreaterThan(0);
    });
  });
});

async function ofScope(docker: Docker, scope: string): Promise<Docker.ImageInfo[]> {
  return docker.listImages({ filters: { label: [`rebench.scope=${scope}`] } });
}

/** Images and containers with a word in what made them. */
async function madeBy(docker: Docker, mark: string): Promise<string[]> {
  const images = await docker.listImages({ all: true });
  const found = await Promise.all(
    images.map(async ({ Id }) => {
      const history: unknown = await docker
        .getImage(Id)
        .history()
        .catch(() => null);
      return JSON.stringify(history).includes(mark) ? [Id] : [];
    }),
  );
  const containers = await docker.listContainers({ all: true });
  return [...found.flat(), ...containers.filter(({ Command }) => Command.includes(mark)).map(({ Id }) => Id)];
}
