import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { run, sharedSandbox, type SandboxContractOptions } from "./contract-setting.ts";

export function fileContract(options: SandboxContractOptions): void {
  describe("files", () => {
    const sandbox = sharedSandbox(options);
    const host = mkdtempSync(join(tmpdir(), "rebench-host-"));
    afterAll(() => rmSync(host, { recursive: true, force: true }));

    it("says what it is", () => {
      expect(sandbox().isolation).toBe(options.level);
      expect(sandbox().guarantees).toEqual(options.expect);
    });

    it("brings files in with their mode and owner, and out again", async () => {
      const { solution, task, harness } = sandbox().layout;
      await sandbox().write([
        { path: `${solution}/deep/er/run.sh`, content: "echo ran\n", mode: 0o755, owner: "agent" },
        { path: `${task}/instructions.md`, content: "# Do it\n", mode: 0o644, owner: "harness" },
        { path: `${harness}/data.bin`, content: new Uint8Array([0, 255, 10]), mode: 0o644, owner: "harness" },
      ]);
      const { stdout } = await run(
        sandbox(),
        'cat "$REBENCH_INSTRUCTIONS"; ./solution/deep/er/run.sh; stat -c %a solution/deep/er/run.sh; echo more >>solution/deep/er/run.sh; echo $?',
      );
      expect(stdout).toBe("# Do it\nran\n755\n0\n");
      const back = await sandbox().read(`${harness}/data.bin`, { maxBytes: 3 });
      expect([...back]).toEqual([0, 255, 10]);
    });

    it("reads no more than it is asked to, and nothing but regular files", async () => {
      const { home } = sandbox().layout;
      await run(sandbox(), "echo 123456 >long; ln -s long link; mkfifo pipe; ln -s / root; mkdir folder");
      const read = (name: string): Promise<Uint8Array> => sandbox().read(`${home}/${name}`, { maxBytes: 6 });
      await expect(read("long")).rejects.toMatchObject({ code: "sandbox.file-too-large" });
      await expect(read("nothing")).rejects.toMatchObject({ code: "sandbox.file-missing" });
      for (const name of ["link", "pipe", "folder", "root/etc/passwd"]) {
        await expect(read(name)).rejects.toMatchObject({ code: "sandbox.not-a-file" });
      }
      await expect(sandbox().read("/etc/passwd", { maxBytes: 1 })).rejects.toMatchObject({
        code: "sandbox.path-outside",
      });
    });

    it("is not led out by a link that the agent left in the way", async () => {
      const { home } = sandbox().layout;
      writeFileSync(join(host, "victim"), "untouched");
      await run(sandbox(), `ln -s ${host} way; ln -s ${host}/victim direct`);
      const write = (path: string) => sandbox().write([{ path, content: "taken", mode: 0o644, owner: "agent" }]);
      await expect(write(`${home}/way/victim`)).rejects.toThrow();
      await expect(write(`${home}/way/new`)).rejects.toThrow();
      await write(`${home}/direct`);
      expect(readFileSync(join(host, "victim"), "utf8")).toBe("untouched");
      expect(existsSync(join(host, "new"))).toBe(false);
      expect(Buffer.from(await sandbox().read(`${home}/direct`, { maxBytes: 100 })).toString()).toBe("taken");
    });

    it("copies folders of the host in, but follows no link there", async () => {
      const from = join(host, "start");
      mkdirSync(join(from, "inner"), { recursive: true });
      writeFileSync(join(from, "inner/tool"), "#!/bin/sh\necho tool\n");
      chmodSync(join(from, "inner/tool"), 0o700);
      await sandbox().copyIn(from, `${sandbox().layout.solution}/copied`, "agent");
      expect(
        (await run(sandbox(), "cd solution/copied && ./inner/tool && touch inner/more && stat -c %a inner/tool"))
          .stdout,
      ).toBe("tool\n700\n");
      symlinkSync("/etc/passwd", join(from, "link"));
      await expect(sandbox().copyIn(from, `${sandbox().layout.solution}/again`, "agent")).rejects.toThrow(/link/);
    });
  });
}
