import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SubmissionContract, SubmissionEntry } from "@rebench/task-kit";
import { afterAll, describe, expect, it } from "vitest";
import type { CaptureResult } from "../../ports/sandbox.ts";
import { run, sharedSandbox, type SandboxContractOptions } from "./contract-setting.ts";

const file = (path: string, maxBytes = 1000): SubmissionEntry => ({ path, kind: "file", required: true, maxBytes });
const folder = (path: string, maxBytes = 1000): SubmissionEntry => ({ path, kind: "folder", required: true, maxBytes });

export function captureContract(options: SandboxContractOptions): void {
  describe("capture", () => {
    const sandbox = sharedSandbox(options);
    const host = mkdtempSync(join(tmpdir(), "rebench-capture-"));
    afterAll(() => rmSync(host, { recursive: true, force: true }));
    let count = 0;

    async function capture(
      script: string,
      entries: readonly SubmissionEntry[],
      maxFiles = 20,
    ): Promise<{ readonly result: CaptureResult; readonly destination: string }> {
      const contract: SubmissionContract = { entries, maxFiles };
      const prepared = await run(sandbox(), `cd solution && rm -rf -- * .[!.]* && { ${script}; }`);
      expect(prepared).toMatchObject({ exitCode: 0, stderr: "" });
      const destination = join(host, String(++count));
      return { result: await sandbox().capture(contract, destination), destination };
    }

    it("copies what the contract names and nothing else", async () => {
      const script = `echo one >a.txt; mkdir -p d/deep; echo two >"d/deep/b c.txt"; echo '#!' >d/run; chmod +x d/run; echo no >other`;
      const entries = [file("a.txt"), folder("d"), { ...file("optional"), required: false }];
      const { result, destination } = await capture(script, entries);
      if (result.status !== "captured") throw new Error(result.reason);
      expect(result.submission.files.map(({ path, bytes }) => [path, bytes])).toEqual([
        ["a.txt", 4],
        ["d/deep/b c.txt", 4],
        ["d/run", 3],
      ]);
      expect(result.submission.directory).toBe(destination);
      expect(result.submission.digest).toMatch(/^sha256-[0-9a-f]{64}$/);
      expect(readFileSync(join(destination, "d/deep/b c.txt"), "utf8")).toBe("two\n");
      expect(statSync(join(destination, "d/run")).mode & 0o777).toBe(0o555);
      expect(statSync(join(destination, "a.txt")).mode & 0o222).toBe(0);
      expect(existsSync(join(destination, "other"))).toBe(false);
      const again = await capture(script, entries);
      expect(again.result).toMatchObject({ submission: { digest: result.submission.digest } });
      const changed = await capture(`${script}; echo x >>a.txt`, entries);
      expect(changed.result).not.toMatchObject({ submission: { digest: result.submission.digest } });
    });

    it("keeps file names whatever they hold", async () => {
      const { result } = await capture(`mkdir d; touch 'd/new\nline' "d/quote'\\"\\\\" d/-rf 'd/ä $(x)'`, [
        folder("d"),
      ]);
      if (result.status !== "captured") throw new Error(result.reason);
      const names = result.submission.files.map(({ path }) => path);
      expect(names.toSorted()).toEqual(["d/-rf", "d/new\nline", "d/quote'\"\\", "d/ä $(x)"].toSorted());
    });

    const refused: ReadonlyArray<readonly [string, string, readonly SubmissionEntry[], RegExp, number?]> = [
      ["what is missing", "true", [file("a")], /missing/],
      ["a folder in a file's place", "mkdir a", [file("a")], /regular file/],
      ["a file in a folder's place", "touch a", [folder("a")], /folder/],
      ["a link", "ln -s /etc/passwd a", [file("a")], /link/],
      ["a link to a folder", "ln -s /etc a", [folder("a")], /link/],
      ["a link on the way", "ln -s /etc d", [file("d/passwd")], /link/],
      ["a link in a folder", "mkdir d; ln -s /etc/passwd d/a", [folder("d")], /link/],
      ["a pipe", "mkfifo a", [file("a")], /pipe/],
      ["a pipe in a folder", "mkdir d; mkfifo d/a", [folder("d")], /pipe/],
      ["a hard link", "echo x >b; ln b a", [file("a")], /hard link/],
      ["a file that is too large", "head -c 1001 /dev/zero >a", [file("a")], /1000 bytes/],
      ["a huge file without reading it", "truncate -s 240M a", [file("a")], /1000 bytes/],
      [
        "a folder that is too large",
        "mkdir d; for i in 1 2 3; do head -c 400 /dev/zero >d/$i; done",
        [folder("d")],
        /1000 bytes/,
      ],
      ["too many files", "mkdir d; touch d/1 d/2 d/3", [folder("d")], /2 files/, 2],
      ["too many folders", "mkdir -p d/1 d/2 d/3", [folder("d")], /2 folders/, 2],
      ["a name that is not text", `mkdir d; touch "$(printf 'd/\\377')"`, [folder("d")], /UTF-8/],
    ];
    for (const [what, script, entries, reason, maxFiles] of refused) {
      it(`refuses ${what}, and leaves nothing`, async () => {
        const startedAt = performance.now();
        const { result, destination } = await capture(script, entries, maxFiles);
        expect(result).toMatchObject({ status: "invalid", reason: expect.stringMatching(reason) as string });
        expect(existsSync(destination)).toBe(false);
        expect(performance.now() - startedAt).toBeLessThan(2000);
      });
    }

    it("refuses a socket", async () => {
      const node = `node=$(sed -n "s/^exec '\\([^']*\\)'.*/\\1/p" "$(command -v score)")`;
      const script = `${node}; "\${node:-node}" -e 'require("net").createServer().listen("a", () => process.reallyExit(0))'`;
      const { result } = await capture(script, [file("a")]);
      expect(result).toMatchObject({ status: "invalid", reason: expect.stringMatching(/socket/) as string });
    });

    it("is not misled by what changes under it", async () => {
      writeFileSync(join(host, "answers"), "secret");
      const swap = `mkdir -p real && echo mine >real/answers; while :; do ln -sfn ${host} d; rm d; mv real d; mv d real; done`;
      const execution = await sandbox().exec({
        argv: ["sh", "-c", `cd solution && rm -rf -- * && { ${swap}; }`],
        user: "agent",
      });
      for (let round = 0; round < 150; round++) {
        const destination = join(host, `race-${round}`);
        const contract = { entries: [file("d/answers"), folder("d")], maxFiles: 20 };
        const result = await sandbox().capture(contract, destination);
        if (result.status === "invalid") continue;
        expect(readFileSync(join(destination, "d/answers"), "utf8")).toBe("mine\n");
      }
      await execution.kill();
    });
  });
}
