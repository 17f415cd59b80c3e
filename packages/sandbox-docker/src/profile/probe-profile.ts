import type { Engine } from "../engine/connect.ts";
import { program } from "../inside-paths.ts";
import { labels } from "../labels.ts";
import { hardenedProfile } from "./host-config.ts";
import { readBackProfile, type ProfilePoint } from "./read-back.ts";

const resources = { cpus: 1, memoryMb: 256, diskMb: 64, pids: 64 };

/** Makes a container as every sandbox is made, reads its settings back, and removes it. */
export async function probeProfile(engine: Engine, image: string, scope: string): Promise<ProfilePoint[]> {
  const id = await engine.containers.create({
    Image: image,
    Cmd: [program],
    User: "0:0",
    NetworkDisabled: true,
    Labels: { [labels.scope]: scope, [labels.role]: "probe" },
    HostConfig: hardenedProfile(resources),
  });
  try {
    const found = await engine.containers.inspect(id);
    if (found === null) throw new Error("the container that was just made is not there");
    return readBackProfile(found, resources);
  } finally {
    await engine.containers.remove(id);
  }
}
