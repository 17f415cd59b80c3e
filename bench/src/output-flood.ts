import type { Measurement } from "./measurement.ts";
import { runCli } from "./run-cli.ts";

/** The runner's memory while an attempt writes 1 GB of output, against an attempt that writes none. */
export async function outputFlood(): Promise<Measurement> {
  const attempt = (line: string) => runCli(["run", "./examples/estimate-pi", "--agent", "command", "--command", line]);
  const flood = await attempt("head -c 1000000000 /dev/zero");
  const silent = await attempt("true");
  return {
    name: "runner's memory while an attempt writes 1 GB (goal: under 150 MB)",
    ours: `${flood.peakMb?.toFixed(0) ?? "?"} MB`,
    beside: `${silent.peakMb?.toFixed(0) ?? "?"} MB`,
    ratio: (flood.peakMb ?? Number.NaN) / (silent.peakMb ?? Number.NaN),
    goal: 1.1,
  };
}
