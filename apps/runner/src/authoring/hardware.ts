import os from "node:os";

/** This machine as a person would name it, e.g. `2 × AMD EPYC, 16 GB, linux 6.18 x64`. */
export function describeHardware(): string {
  const processors = os.cpus();
  const model = processors[0]?.model.trim() ?? "unknown processor";
  const gigabytes = Math.round(os.totalmem() / 2 ** 30);
  const release = os.release().split(".").slice(0, 2).join(".");
  return `${processors.length} × ${model}, ${gigabytes} GB, ${os.platform()} ${release} ${os.arch()}`;
}
