import { registerHooks } from "node:module";

const kit = "@rebench/task-kit";
let registered = false;

/**
 * Lets a pack that has not installed anything yet, such as one that was just made, find this host's own copy of the kit. A copy
 * that the pack has comes first.
 */
export function offerTaskKit(): void {
  if (registered) return;
  registered = true;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      try {
        return nextResolve(specifier, context);
      } catch (error) {
        if (specifier !== kit && !specifier.startsWith(`${kit}/`)) throw error;
        return nextResolve(specifier, { ...context, parentURL: import.meta.url });
      }
    },
  });
}
