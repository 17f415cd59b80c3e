import manifest from "../../package.json" with { type: "json" };

/** Version of the host packages, which move together. */
export const hostVersion: string = manifest.version;
