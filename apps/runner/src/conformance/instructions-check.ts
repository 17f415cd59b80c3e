import type { Check } from "./check.ts";

/** The instructions name every file of the contract and carry the pack's canary. */
export const instructionsCheck: Check = {
  id: "instructions",
  run({ loaded, canary }) {
    const missing = [
      ...loaded.task.submission.entries
        .filter(({ path }) => !loaded.instructions.includes(path))
        .map(({ path }) => path),
      ...(loaded.instructions.includes(canary) ? [] : ["the canary"]),
    ];
    const message =
      missing.length === 0
        ? "name every file of the contract and carry the canary"
        : `do not mention ${missing.join(", ")}`;
    return Promise.resolve([{ id: "instructions", ok: missing.length === 0, message }]);
  },
};
