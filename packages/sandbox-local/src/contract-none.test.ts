import { contractOfLevel } from "./testing/contract-of-level.ts";

await contractOfLevel("none");
