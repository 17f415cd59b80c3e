export { nopAgent } from "./nop.ts";
export { referenceAgent } from "./reference.ts";
export { commandAgent, type CommandAgentOptions } from "./command.ts";
