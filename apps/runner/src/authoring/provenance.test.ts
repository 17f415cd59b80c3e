import { expect, it } from "vitest";
import { offersProvenance } from "./provenance.ts";

it.each([
  ["a terminal", {}, false],
  ["GitHub without id-token: write", { GITHUB_ACTIONS: "true" }, false],
  ["GitHub", { GITHUB_ACTIONS: "true", ACTIONS_ID_TOKEN_REQUEST_URL: "https://token" }, true],
  ["GitLab", { GITLAB_CI: "true", SIGSTORE_ID_TOKEN: "x" }, true],
])("in %s", (_, environment, offered) => expect(offersProvenance(environment)).toBe(offered));
