/** The part of npm's own reader of its configuration that we use; it brings no types. */
declare module "@npmcli/config" {
  class Config {
    constructor(options: {
      readonly definitions: unknown;
      readonly shorthands: unknown;
      readonly flatten: unknown;
      readonly nerfDarts: unknown;
      readonly npmPath: string;
      readonly argv: readonly string[];
      readonly cwd: string;
      readonly env: NodeJS.ProcessEnv;
      readonly warn: boolean;
    });
    load(): Promise<void>;
    isDefault(key: string): boolean;
    /** What npm's own libraries take as options: registries, scopes, tokens, proxies, … */
    readonly flat: Readonly<Record<string, unknown>>;
  }
  export = Config;
}

declare module "@npmcli/config/lib/definitions/index.js" {
  const exported: {
    readonly definitions: unknown;
    readonly shorthands: unknown;
    readonly flatten: unknown;
    readonly nerfDarts: unknown;
  };
  export = exported;
}
