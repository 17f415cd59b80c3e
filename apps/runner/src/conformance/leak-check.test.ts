import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { findLeaks } from "./leak-check.ts";

const secret = (bytes: number) => ({ relative: `secret-${bytes}`, content: randomBytes(bytes) });
const nothing = Buffer.alloc(0);

describe("findLeaks", () => {
  it("finds a passage of a secret wherever it begins", () => {
    const hidden = secret(5000);
    for (const at of [0, 1, 77, 128, 3000]) {
      const seen = Buffer.concat([randomBytes(999), hidden.content.subarray(at, at + 512), randomBytes(99)]);
      expect(findLeaks(seen, nothing, [secret(5000), hidden])).toEqual(["secret-5000"]);
    }
  });

  it("finds a short secret as a whole, and says nothing of very short ones", () => {
    const [short, tiny] = [secret(100), secret(8)];
    expect(findLeaks(Buffer.concat([short.content, tiny.content]), nothing, [short, tiny])).toEqual(["secret-100"]);
  });

  it("finds one passage of a model of some megabytes among others, at once", () => {
    const models = [secret(4_400_000), secret(4_400_001)];
    const seen = Buffer.concat([
      randomBytes(8_000_000),
      (models[1]?.content ?? nothing).subarray(-300),
      randomBytes(7),
    ]);
    expect(findLeaks(seen, nothing, models)).toEqual(["secret-4400001"]);
    expect(findLeaks(seen.subarray(0, -200), nothing, models)).toEqual([]);
  });

  it("says nothing of zeros, which stand in many files", () => {
    const zeros = { relative: "zeros", content: Buffer.concat([Buffer.alloc(2000), randomBytes(300)]) };
    expect(findLeaks(Buffer.alloc(3000), nothing, [zeros])).toEqual([]);
    expect(findLeaks(zeros.content, nothing, [zeros])).toEqual(["zeros"]);
  });

  it("does not count what the agent was given", () => {
    const shared = secret(2000);
    expect(findLeaks(shared.content, shared.content, [shared])).toEqual([]);
  });
});
