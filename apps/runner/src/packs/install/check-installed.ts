import { malformedPack } from "../pack-problem.ts";
import { readInstallRecord, type InstallRecord } from "./install-record.ts";
import { treeDigest } from "./tree-digest.ts";

/** The record of an installed pack that still holds the bytes that were installed. Errors with code `pack.malformed`. */
export async function checkInstalled(directory: string): Promise<InstallRecord> {
  const record = await readInstallRecord(directory);
  if (record === null) {
    const reason = "it has no record of its installation";
    throw malformedPack(directory, [
      { code: "pack.not-installed", reason, fix: "install it with `rebench packs add`" },
    ]);
  }
  if ((await treeDigest(directory)) === record.files) return record;
  const name = `${record.name}@${record.version}`;
  throw malformedPack(directory, [
    {
      code: "pack.tampered",
      reason: "its files are not those that were installed",
      fix: `\`rebench packs add ${name}\` installs it afresh`,
    },
  ]);
}
