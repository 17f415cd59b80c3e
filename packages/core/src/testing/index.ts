export { sandboxContract, type SandboxContractOptions } from "./sandbox-contract.ts";
