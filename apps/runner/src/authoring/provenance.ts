/** Whether this is a CI that can sign where a package was built: npm asks it for a token that says so. */
export function offersProvenance(environment: Readonly<Record<string, string | undefined>>): boolean {
  const github = environment["GITHUB_ACTIONS"] === "true" && environment["ACTIONS_ID_TOKEN_REQUEST_URL"] !== undefined;
  const gitlab = environment["GITLAB_CI"] === "true" && environment["SIGSTORE_ID_TOKEN"] !== undefined;
  return github || gitlab;
}
