import { expect, it } from "vitest";
import { Registry } from "./registry.ts";
import { Shell } from "./shell.ts";

const pack = "@acme/pack-toy";

interface RunOutput {
  readonly runId: string;
  readonly attempts: readonly { readonly pack: string; readonly score: { readonly normalized: number } | null }[];
}

const changeset = (bump: string, words: string): string =>
  `printf -- '---\\n"${pack}": ${bump}\\n---\\n\\n${words}\\n' > .changeset/change.md && changeset version`;

it("a pack is made, checked, versioned, published, installed, run, and outlived by its lock", async () => {
  await using registry = await Registry.open();
  await using author = await Shell.open(registry.environment);
  await using user = await Shell.open(registry.environment);

  // The author.
  await author.done(`rebench pack new ${pack}`);
  expect(await author.done("rebench pack check pack-toy")).toContain("checks passed");
  expect((await author.run("cd pack-toy && rebench pack publish")).stderr).toContain("pack.not-versioned");
  await author.done(`cd pack-toy && git init -q . && ${changeset("major", "The first version.")}`);
  expect((await user.run(`rebench packs add ${pack}`)).code).not.toBe(0);
  expect(await author.done("rebench pack publish")).toContain(`published ${pack}@1.0.0`);
  expect(await author.done("rebench pack publish")).toContain("is published already");

  // Somebody else, somewhere else.
  await user.done(`rebench packs add ${pack}@^1`);
  const line = `rebench run ${pack} --agent command --command 'seq 24 > predictions.txt'`;
  const first = await user.json<RunOutput>(line);
  expect(first.attempts.map((attempt) => attempt.pack)).toEqual([`${pack}@1.0.0`]);
  await user.done(`rebench lock`);

  // Scores that cannot be compared with those before: other anchors, another unit.
  await author.done(`sed -i 's/raw: Math.log(/raw: Math.log10(/' src/scorer.js`);
  expect((await author.run("rebench pack publish")).stderr).toContain("pack.version-taken");
  await author.done(`sed -i 's/-0.371076/-0.161156/; s/-3.586783/-1.557720/' src/index.js README.md`);
  await author.done(changeset("minor", "Scores are decimal logarithms."));
  const refused = await author.run("rebench pack publish");
  expect(refused).toMatchObject({ code: 6 });
  expect(refused.stdout).toMatch(/FAIL {2}version {2}since 1\.0\.0: .* asks for a major version.*\n {6}fix: /);
  await author.done(changeset("major", "Scores are decimal logarithms."));
  expect(await author.done("rebench pack publish")).toContain(`published ${pack}@2.0.0`);

  // The lock outlives it.
  await user.done(`rebench packs add ${pack}`);
  const newest = await user.json<RunOutput>(line);
  expect(newest.attempts.map((attempt) => attempt.pack)).toEqual([`${pack}@2.0.0`]);
  const locked = await user.json<RunOutput>(`${line} --locked`);
  expect(locked.attempts.map((attempt) => attempt.pack)).toEqual([`${pack}@1.0.0`]);
  expect(locked.attempts[0]?.score?.normalized).toBe(first.attempts[0]?.score?.normalized);
  for (const { runId } of [first, newest, locked])
    expect(await user.json(`rebench verify ${runId} --rescore`)).toMatchObject({ verified: true, problems: [] });
}, 400_000);
