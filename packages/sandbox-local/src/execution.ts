import { open } from "node:fs/promises";
import type { Execution, ExecutionResult, OutputStream } from "@rebench/core";
import { goneError, outputPath, readResult } from "@rebench/supervisor";
import type { Attachment } from "./attachment.ts";

/** A command as seen through its files; the supervisor is asked only to end it. */
export function openExecution(attachment: Attachment, id: string): Execution {
  const { directory } = attachment;
  return {
    id,
    wait: async (options = {}) => {
      const { signal } = options;
      signal?.throwIfAborted();
      return new Promise<ExecutionResult>((resolve, reject) => {
        const aborted = (): void => settle(() => reject(signal?.reason as Error));
        const exited = (execution: string, result: ExecutionResult): void => {
          if (execution === id) settle(() => resolve(result));
        };
        const settle = (how: () => void): void => {
          attachment.exits.delete(exited);
          signal?.removeEventListener("abort", aborted);
          how();
        };
        attachment.exits.add(exited);
        signal?.addEventListener("abort", aborted);
        const look = async (): Promise<boolean> => {
          const result = await readResult(directory, id);
          if (result !== null) settle(() => resolve(result));
          return result !== null;
        };
        // It may have ended before we listened; and its last word is in the file when the supervisor goes.
        look()
          .then(async (found) => {
            if (found) return;
            await attachment.over;
            if (!(await look())) settle(() => reject(goneError()));
          })
          .catch((error: unknown) => settle(() => reject(error)));
      });
    },
    readOutput: async (stream: OutputStream, offset: number, maxBytes: number) => {
      const file = await open(outputPath(directory, id, stream), "r");
      try {
        const { size } = await file.stat();
        const buffer = Buffer.alloc(Math.max(0, Math.min(maxBytes, size - offset)));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
    kill: async () => {
      if ((await readResult(directory, id)) === null) await attachment.request({ method: "kill", execution: id });
    },
  };
}
