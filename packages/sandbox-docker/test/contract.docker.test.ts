import { sandboxContract } from "@rebench/core/testing";
import { contextWithNode, testProvider, testScope, withEngine } from "./engine.ts";
import { withImage } from "./with-image.ts";

withEngine("containers", (engine) => {
  const scope = testScope("contract");
  const context = contextWithNode(engine, scope);
  const query = new URLSearchParams({ scope, context });
  sandboxContract({
    name: "docker",
    provider: withImage(testProvider(scope), context),
    providerModule: new URL(`./provider-module.ts?${query}`, import.meta.url).href,
    level: "docker",
    expect: { files: true, processes: true, network: true, users: true },
  });
});
