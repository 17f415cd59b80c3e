import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Begun last, each of these would run on alone: it is small, and where nothing is known of earlier runs vitest goes by size. */
const longest = [
  "optimize-kernel-cheats.test.ts",
  "guide.test.ts",
  "recovery.test.ts",
  "pack-publish.test.ts",
  "pack-version.test.ts",
  "pack-check.test.ts",
  "published-packages.test.ts",
  "ending.test.ts",
  "contract-unshare.test.ts",
  "contract-uid.test.ts",
  "contract-none.test.ts",
  "contract-bwrap.test.ts",
  "contract.docker.test.ts",
  "engine-restart.docker.test.ts",
  "containers.docker.test.ts",
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}

function rank({ moduleId }: TestSpecification): number {
  const found = longest.findIndex((name) => moduleId.endsWith(`/${name}`));
  return found === -1 ? longest.length : found;
}
