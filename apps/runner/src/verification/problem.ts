/** Something about stored results that is not as it was written, or not as it should be. */
export interface Problem {
  /** Dotted and stable. */
  readonly code: string;
  readonly where: string;
  readonly message: string;
}

export const notInstalled = ({ name, version }: { readonly name: string; readonly version: string }): Problem => ({
  code: "pack.not-installed",
  where: `${name}@${version}`,
  message: `this version is not here; \`rebench packs add ${name}@${version}\` installs it, and --pack FOLDER names where it lies`,
});
