import type { InstallRecord } from "./install-record.ts";

/** What is known about where a pack came from, a line each; what is missing is said too. */
export function describeTrust({ signature, provenance }: Pick<InstallRecord, "signature" | "provenance">): string[] {
  return [signatureLine(signature), provenanceLine(provenance)];
}

function signatureLine(signature: InstallRecord["signature"]): string {
  switch (signature.state) {
    case "verified":
      return `signed by its registry (key ${signature.keyId})`;
    case "unverified":
      return `its registry's signature could not be checked: ${signature.reason}`;
    case "absent":
      return "not signed by a registry";
  }
}

function provenanceLine(provenance: InstallRecord["provenance"]): string {
  if (provenance === null) return "no provenance: nothing says how it was built";
  switch (provenance.state) {
    case "verified":
      return "provenance verified: built where its attestation says";
    case "unverified":
      return `its provenance could not be checked: ${provenance.reason}`;
  }
}
