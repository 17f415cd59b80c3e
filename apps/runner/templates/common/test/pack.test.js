import path from "node:path";
import { conformance } from "@rebench/task-kit/testing";

// The same points as `rebench pack check`, each a test of its own.
await conformance({ pack: path.resolve(import.meta.dirname, "..") });
