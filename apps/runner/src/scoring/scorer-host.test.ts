import type { ScoringRequest } from "@rebench/core";
import { expect, it } from "vitest";
import { scorerHost } from "./scorer-host.ts";

it("begins no scoring after an abort", async () => {
  const host = scorerHost({
    isolation: null,
    protectedPaths: [],
    leaseFile: "/nonexistent/lease",
    assetsFolder: "/nonexistent",
    memoryMb: 64,
  });
  const options = { signal: AbortSignal.abort(), onProgress: () => undefined, onQueue: () => undefined };
  expect(await host.score({} as ScoringRequest, options)).toMatchObject({
    status: "failed",
    blame: "host",
    code: "host.scoring-aborted",
  });
});
