import type { LoadedTask } from "../run/loaded-task.ts";
import type { AttemptState } from "../events/attempt-state.ts";
import type { SandboxLayout } from "../ports/sandbox.ts";

/** The part of the instructions that is the same for every task: the folders, the commands and the limits of this attempt. */
export function workingHere(
  loaded: LoadedTask,
  { spec: { resources }, budget }: Pick<AttemptState, "spec" | "budget">,
  layout: SandboxLayout,
): string {
  const { entries } = loaded.task.submission;
  const files = entries.map(
    (entry) =>
      `- \`${entry.path}\` (${entry.kind}, ${entry.required ? "required" : "optional"}, at most ${entry.maxBytes} bytes)`,
  );
  const shown = loaded.reference.hiddenScore
    ? "says whether it is valid (this task does not show scores)"
    : "prints its score";
  const services = loaded.task.services.map(
    ({ name, description, callBudget }) =>
      `- \`service ${name} JSON\`: ${description}${callBudget === null ? "" : ` (at most ${callBudget} calls)`}`,
  );
  return `

---

## Working in this sandbox

Your submission is what stands in \`${layout.solution}\` (\`$REBENCH_SOLUTION\`) when it is scored:

${files.join("\n")}

| command | does |
|---|---|
| \`score\` | scores the submission as it is now and ${shown}; everything of yours is frozen meanwhile, and no working time is charged |
| \`score-log\` | all scores so far |
| \`budget\` | what is left |
| \`note TEXT\` | keeps a line of yours in the journal |
| \`submit\` | ends the attempt; the submission is scored one last time |

Limits: ${duration(budget.workingMs)} of working time, ${budget.scoreCalls} score calls, ${resources.cpus} CPUs, ${resources.memoryMb} MB of memory, ${resources.diskMb} MB of disk, no network.
At the limit every process here is ended and what stands in the solution folder is scored.
The score that counts is ${loaded.task.aggregate === "best" ? "the best" : "the last"} valid one${loaded.tier.reports === "confirmed" ? ", scored once more on fresh data" : ""}.
${services.length === 0 ? "" : `\nServices, also as \`POST /services/NAME\` with a JSON body on the unix socket \`$REBENCH_SOCKET\`:\n\n${services.join("\n")}\n`}`;
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds % 60 === 0 && seconds >= 60 ? `${seconds / 60} minutes` : `${seconds} seconds`;
}
