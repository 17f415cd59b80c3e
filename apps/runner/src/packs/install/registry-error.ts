import { RebenchError } from "@rebench/task-kit";

interface RegistryError {
  readonly code?: unknown;
  readonly message?: unknown;
}

/** What went wrong with a registry or a tarball, in words for a person; errors of ours stay what they are. */
export function explainRegistryError(error: unknown, wanted: string): RebenchError {
  if (RebenchError.is(error)) return error;
  const { code, message } = (error ?? {}) as RegistryError;
  const { name, says, fix } = meaning(String(code));
  const text = withoutSecrets(String(message));
  return new RebenchError({ code: name, message: `${wanted} ${says}: ${text}`, fix, cause: error });
}

function meaning(code: string): { readonly name: string; readonly says: string; readonly fix: string } {
  switch (code) {
    case "E404":
      return {
        name: "pack.not-in-registry",
        says: "is not in the registry",
        fix: "check the name, and the registry that npm uses for it here: `npm config get registry`",
      };
    case "ETARGET":
    case "ENOVERSIONS":
      return {
        name: "pack.no-such-version",
        says: "has no such version in the registry",
        fix: "`npm view NAME versions` lists those that there are",
      };
    case "E401":
    case "E403":
    case "ENEEDAUTH":
      return {
        name: "pack.registry-refused",
        says: "was refused by the registry",
        fix: "log in there with `npm login`, or give a token in .npmrc",
      };
    case "EINTEGRITY":
      return {
        name: "pack.integrity-mismatch",
        says: "does not hold the bytes that were published",
        fix: "do not use it: ask whoever runs the registry or the proxy before it, then try again",
      };
    case "EINTEGRITYSIGNATURE":
    case "EATTESTATIONSUBJECT":
    case "EMANIFESTMISMATCH":
      return {
        name: "pack.signature-invalid",
        says: "carries a signature of something else",
        fix: "do not use it: ask whoever runs the registry or the proxy before it",
      };
    case "ENOENT":
      return { name: "pack.not-found", says: "is not there", fix: "name a folder or a tarball that exists" };
    default:
      return {
        name: "pack.registry-failed",
        says: "could not be fetched",
        fix: "try again; nothing was installed. `npm ping` tells whether the registry answers",
      };
  }
}

/** Credentials in addresses. Tokens do not come this way: they are in headers, which no message holds. */
export function withoutSecrets(text: string): string {
  return text.replaceAll(/\/\/[^/\s@]+@/g, "//").replaceAll(/(https?:\/\/[^\s?]+)\?\S*/g, "$1");
}
