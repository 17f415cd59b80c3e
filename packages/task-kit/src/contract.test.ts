import { describe, expect, expectTypeOf, it } from "vitest";
import {
  defineTask,
  defineTaskPack,
  humanBaselinesSchema,
  packManifestSchema,
  RebenchError,
  ServiceRefusal,
  specVersion,
  type HumanBaselines,
  type PackManifest,
  type Scorer,
  type ScoreResult,
  type ScoringContext,
  type Task,
  type TaskPack,
  type Tier,
} from "./index.ts";

// What packs rely on: `tsc` checks these as it checks everything else.
describe("types of the contract", () => {
  it("a pack is built without its contract version, and carries it", () => {
    expectTypeOf(defineTaskPack).parameter(0).not.toHaveProperty("spec");
    expectTypeOf(defineTaskPack).returns.toEqualTypeOf<TaskPack>();
    expectTypeOf<TaskPack["spec"]>().toEqualTypeOf<1>();
    expectTypeOf(defineTask).toEqualTypeOf<(task: Task) => Task>();
    expect(defineTaskPack({ title: "t", canary: "c", tasks: [] }).spec).toBe(specVersion);
  });

  it("a result is valid with a number, or invalid with a reason, and not both", () => {
    expectTypeOf<{ status: "valid"; raw: number }>().toExtend<ScoreResult>();
    expectTypeOf<{ status: "invalid"; reason: string }>().toExtend<ScoreResult>();
    expectTypeOf<{ status: "valid" }>().not.toExtend<ScoreResult>();
    expectTypeOf<{ status: "invalid" }>().not.toExtend<ScoreResult>();
    expectTypeOf<{ status: "failed"; reason: string }>().not.toExtend<ScoreResult>();
  });

  it("a scorer in TypeScript is a function of its context; one in Python names its files", () => {
    type TypeScript = Extract<Scorer, { kind: "typescript" }>;
    expectTypeOf<TypeScript["score"]>().toEqualTypeOf<(context: ScoringContext) => Promise<ScoreResult>>();
    expectTypeOf<Extract<Scorer, { kind: "python" }>>().toHaveProperty("files").toEqualTypeOf<readonly string[]>();
    expectTypeOf<Scorer["kind"]>().toEqualTypeOf<"typescript" | "python">();
  });

  it("anchors are fixed with both numbers, or measured without", () => {
    expectTypeOf<{ kind: "fixed"; start: number; source: string }>().not.toExtend<Tier["anchors"]>();
    expectTypeOf<{ kind: "measured"; source: string }>().toExtend<Tier["anchors"]>();
  });

  it("what a schema reads is what its type says", () => {
    expectTypeOf(packManifestSchema.parse({ spec: 1, entry: "./x.js", host: "*" })).toEqualTypeOf<PackManifest>();
    expectTypeOf(() => humanBaselinesSchema.parse(null)).returns.toEqualTypeOf<HumanBaselines>();
    expect(packManifestSchema.safeParse({ spec: 1.5, entry: "", host: "" }).error?.issues).toHaveLength(3);
  });
});

describe("errors", () => {
  it("are recognised by their marks, whichever copy of the package made them", () => {
    const error: unknown = new RebenchError({ code: "pack.test", message: "no", cause: "why" });
    if (!RebenchError.is(error)) throw new Error("not recognised");
    expectTypeOf(error).toEqualTypeOf<RebenchError>();
    expect({ code: error.code, fix: error.fix, cause: error.cause }).toEqual({
      code: "pack.test",
      fix: undefined,
      cause: "why",
    });
    expect(RebenchError.is({ [Symbol.for("rebench.error")]: true })).toBe(true);
    expect(ServiceRefusal.is(new ServiceRefusal("no"))).toBe(true);
    expect([null, "x", new Error("x")].some((value) => RebenchError.is(value) || ServiceRefusal.is(value))).toBe(false);
  });
});
