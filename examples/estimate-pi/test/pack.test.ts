import path from "node:path";
import { conformance } from "@rebench/task-kit/testing";

const pack = path.resolve(import.meta.dirname, "..");
const rebench = path.resolve(pack, "../../apps/runner/bin/rebench.mjs");

process.env["REBENCH_SANDBOX"] ??= "local";
await conformance({ pack, rebench: [process.execPath, rebench] });
