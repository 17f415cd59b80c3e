export { hostProcesses, token, until, type HostProcess } from "./sandbox/host-processes.ts";
export { sandboxContract, type SandboxContractOptions } from "./sandbox-contract.ts";
