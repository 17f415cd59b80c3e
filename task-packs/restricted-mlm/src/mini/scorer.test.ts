import path from "node:path";
import type { CrossEntropyOptions, GraphRules, GraphVerdict, LossVerdict, ScoringContext } from "@rebench/task-kit";
import { expect, test } from "vitest";
import { columns, rules } from "./contract.ts";
import { score } from "./scorer.ts";

const accepted: GraphVerdict = { status: "accepted", operators: { Relu: 2 }, parameters: 10, flops: 5e8 };
const measured = (loss: number): LossVerdict => ({ status: "measured", loss, tokens: 12_424, seconds: 1 });

interface Asked {
  rules?: GraphRules;
  loss?: CrossEntropyOptions;
}

/** A context whose graph and loss are said beforehand; what was asked of them ends up in `asked`. */
function contextOf(graph: GraphVerdict, loss: LossVerdict, asked: Asked = {}): ScoringContext {
  const unused = (): never => {
    throw new Error("not needed here");
  };
  return {
    tier: "mini",
    purpose: "attempt",
    seed: "00".repeat(16),
    submission: { directory: "/submission", files: [], digest: "" },
    cpus: 2,
    signal: new AbortController().signal,
    packPath: (relative) => path.join(import.meta.dirname, "../..", relative),
    assetPath: unused,
    openSandbox: unused,
    withTimingLease: (work) => work(),
    progress: () => undefined,
    onnx: {
      inspectWeights: unused,
      inspectGraph: (_, given) => {
        asked.rules = given;
        return Promise.resolve(graph);
      },
      crossEntropy: (options) => {
        asked.loss = options;
        return Promise.resolve(loss);
      },
    },
  };
}

test("a loss becomes ln(loss - 1.5)", async () => {
  const result = await score(contextOf(accepted, measured(2.5)));
  expect(result).toMatchObject({ status: "valid", raw: 0 });
  expect(JSON.parse(JSON.stringify(result))).toEqual(result);
});

test("the graph is inspected by the rules, and its rows are run one by one", async () => {
  const asked: Asked = {};
  await score(contextOf(accepted, measured(2.5), asked));
  expect(asked.rules).toBe(rules);
  expect(asked.loss).toMatchObject({ columns, batchRows: 1, threads: 2 });
  expect(asked.loss?.tokens).toHaveLength(asked.loss?.targets.length ?? 0);
});

test.each([
  ["a refused graph", { status: "refused", code: "graph-operator", reason: "uses Div" } as const, measured(2)],
  ["a refused run", accepted, { status: "refused", code: "loss-timeout", reason: "too slow" } as const],
  ["a loss that is no number", accepted, measured(Number.NaN)],
])("%s is invalid with the reason", async (_, graph, loss) => {
  const result = await score(contextOf(graph, loss));
  expect(result).toMatchObject({ status: "invalid", reason: expect.stringMatching(/Div|slow|finite/) as string });
});

test("a loss below the offset counts as the least distance", async () => {
  const result = await score(contextOf(accepted, measured(0.1)));
  expect(result).toMatchObject({ status: "valid", raw: Math.log(0.02) });
});
