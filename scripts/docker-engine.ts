import { request } from "node:http";

/** A Docker engine that answered, or why there is none. */
export type Engine =
  | { readonly kind: "engine"; readonly host: string; readonly version: string }
  | { readonly kind: "none"; readonly reason: string };

/** The engine that tests use: DOCKER_HOST's, else the one on the default socket; none if REBENCH_ENGINE=skip. */
export async function findEngine(environment: NodeJS.ProcessEnv): Promise<Engine> {
  if (environment["REBENCH_ENGINE"] === "skip") return { kind: "none", reason: "REBENCH_ENGINE=skip" };
  const host = environment["DOCKER_HOST"] ?? "unix:///var/run/docker.sock";
  try {
    const { Version } = (await ask(host, "/version")) as { Version: string };
    return { kind: "engine", host, version: Version };
  } catch (error) {
    return { kind: "none", reason: `no Docker engine answers on ${host} (${(error as Error).message})` };
  }
}

/** GET a path of the engine's API. */
export function ask(host: string, path: string): Promise<unknown> {
  const url = new URL(host);
  if (url.protocol !== "unix:" && url.protocol !== "tcp:") throw new Error(`${url.protocol} is not understood here`);
  const target =
    url.protocol === "unix:"
      ? { socketPath: url.pathname }
      : { host: url.hostname, port: url.port === "" ? 2375 : url.port };
  return new Promise((resolve, reject) => {
    const sent = request({ ...target, path, headers: { host: "docker" }, timeout: 10_000 }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (text: string) => (body += text));
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode !== 200) reject(new Error(`${path}: HTTP ${response.statusCode ?? "?"}`));
        else resolve(JSON.parse(body));
      });
    });
    sent.on("timeout", () => sent.destroy(new Error("no answer in 10 s")));
    sent.on("error", reject);
    sent.end();
  });
}
