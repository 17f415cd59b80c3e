export { nopAgent } from "./nop.ts";
export { referenceAgent } from "./reference.ts";
export { commandAgent } from "./command.ts";
