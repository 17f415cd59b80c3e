import { expect, it } from "vitest";
import type { AttemptFolder } from "../ports/attempt-store.ts";
import { sampleScore } from "../testing/sample-events.ts";
import { withBoundedDetails } from "./bounded-details.ts";

it("moves long details to a blob and leaves short ones where they are", async () => {
  const blobs: string[] = [];
  const folder = {
    putBlob: (content: Uint8Array) => Promise.resolve(`digest-${blobs.push(new TextDecoder().decode(content))}`),
  };
  const bounded = (details: Record<string, unknown>) =>
    withBoundedDetails(sampleScore(1, 0.5, { details }), folder as AttemptFolder);
  expect((await bounded({ rounds: 7 })).details).toEqual({ rounds: 7 });
  const long = { trace: "x".repeat(100_000) };
  expect((await bounded(long)).details).toEqual({ blob: "sha256-digest-1", characters: 100_012 });
  expect(blobs).toEqual([JSON.stringify(long)]);
});
