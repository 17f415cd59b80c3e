import { refuse } from "../refusal.ts";

/** What names mean at a place of the graph: names as they are written, to names that are unique in the whole model. */
export class Scope {
  readonly #values = new Map<string, string>();
  readonly #parent: Scope | null;
  readonly #taken: Set<string>;
  readonly #prefix: string;

  private constructor(parent: Scope | null, taken: Set<string>, prefix: string) {
    this.#parent = parent;
    this.#taken = taken;
    this.#prefix = prefix;
  }

  static root(): Scope {
    return new Scope(null, new Set(), "");
  }

  /** Of a subgraph: sees what is around it. */
  inner(): Scope {
    return new Scope(this, this.#taken, this.#prefix);
  }

  /** Of a function's body: sees nothing but the function's inputs. */
  body(prefix: string): Scope {
    return new Scope(null, this.#taken, prefix);
  }

  find(name: string): string | undefined {
    return this.#values.get(name) ?? this.#parent?.find(name);
  }

  define(name: string): string {
    let unique = `${this.#prefix}${name}`;
    for (let count = 1; this.#taken.has(unique); count += 1) unique = `${this.#prefix}${name}~${count}`;
    this.bind(name, unique);
    this.#taken.add(unique);
    return unique;
  }

  /** Gives a name to a value that has a unique one already. */
  bind(name: string, unique: string): void {
    if (this.find(name) !== undefined) refuse("graph-duplicate-name", `two values are called "${name}"`);
    this.#values.set(name, unique);
  }
}
