import { contractOfLevel } from "./contract-of-level.ts";

await contractOfLevel("uid");
