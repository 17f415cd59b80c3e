import { submissionFile } from "./compiler.ts";

/** Where compilers keep headers. Of these trees only what lies in an `include` folder is a header. */
const systemRoots = ["/usr/", "/opt/", "/nix/store/", "/gnu/store/", "/Library/Developer/", "/Applications/Xcode"];

/**
 * The files outside the system's headers that a compilation read, from a make rule as `cc -MD` writes it.
 * A sandbox that shares the host's files would otherwise let `#include` reach a reference solution.
 */
export function foreignFiles(rule: string): string[] {
  const names = rule.replace(/\\\r?\n/g, " ").replace(/^[^:]*:/, "");
  const files = names.match(/(?:\\.|[^\s\\])+/g) ?? [];
  return files.map((file) => file.replace(/\\(.)/g, "$1")).filter((file) => !isExpected(file));
}

function isExpected(file: string): boolean {
  if (file === submissionFile) return true;
  const parts = file.split("/");
  return systemRoots.some((root) => file.startsWith(root)) && parts.includes("include") && !hasUpwardStep(parts);
}

/** `…/include/../../secret`: compilers print paths as they built them, so a step up is fine only back into an `include`. */
function hasUpwardStep(parts: readonly string[]): boolean {
  const kept: string[] = [];
  for (const part of parts) {
    if (part === "..") kept.pop();
    else kept.push(part);
  }
  return !kept.includes("include");
}
