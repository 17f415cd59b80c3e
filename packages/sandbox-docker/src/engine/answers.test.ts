import { RebenchError } from "@rebench/task-kit";
import { describe, expect, it } from "vitest";
import { orNull, statusOf, unless, withBlame } from "./answers.ts";

const refusal = (statusCode: number) => Object.assign(new Error(`(HTTP code ${statusCode})`), { statusCode });
const failing = (error: Error) => withBlame({ ask: async () => Promise.reject(error) }, "unix:///engine.sock");
const thrown = async (error: Error): Promise<unknown> =>
  failing(error)
    .ask()
    .catch((found: unknown) => found);

describe("what an engine answers", () => {
  it("is passed on when it is good", async () => {
    const client = withBlame({ add: async (one: number, other: number) => one + other }, "");
    expect(await client.add(1, 2)).toBe(3);
  });

  it("is blamed on the sandbox when it is not", async () => {
    const error = await thrown(refusal(500));
    expect(error).toMatchObject({ code: "sandbox.engine-refused" });
    expect(statusOf(error)).toBe(500);
    for (const code of ["ECONNREFUSED", "ENOENT", "ECONNRESET"]) {
      const silent = await thrown(Object.assign(new Error("connect"), { code }));
      expect(silent).toMatchObject({ code: "sandbox.no-engine" });
      expect(statusOf(silent)).toBeNull();
    }
  });

  it("is what it was when it is neither", async () => {
    const own = new RebenchError({ code: "sandbox.image-failed", message: "no" });
    const defect = new TypeError("undefined is not a function");
    const aborted = new DOMException("aborted", "AbortError");
    for (const error of [own, defect, aborted]) expect(await thrown(error)).toBe(error);
  });

  it("may say that there is nothing, or that it was done before", async () => {
    expect(await orNull(Promise.reject(refusal(404)))).toBeNull();
    await expect(orNull(Promise.reject(refusal(500)))).rejects.toThrow("500");
    await unless([304], Promise.reject(refusal(304)));
    await expect(unless([304], Promise.reject(refusal(404)))).rejects.toThrow("404");
    await expect(unless([304], Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  });
});
