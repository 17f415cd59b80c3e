export { hostProcesses, token, until, type HostProcess } from "./sandbox/host-processes.ts";
export { leaveOrphan, type Orphan } from "./sandbox/killed-runner.ts";
export { sandboxContract, type SandboxContractOptions } from "./sandbox-contract.ts";
