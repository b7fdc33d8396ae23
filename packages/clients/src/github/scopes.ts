/** What a scope of a classic token includes, as far as we use it. */
const included: Record<string, readonly string[]> = {
  repo: [
    ...['repo:status', 'repo_deployment', 'public_repo', 'repo:invite'],
    ...['security_events', 'write:repo_hook', 'read:repo_hook'],
  ],
  'admin:repo_hook': ['write:repo_hook', 'read:repo_hook'],
  'write:repo_hook': ['read:repo_hook'],
  'admin:org': ['write:org', 'read:org', 'manage_runners:org'],
  'write:org': ['read:org'],
  user: ['read:user', 'user:email', 'user:follow'],
};

/** Names in a header that lists some: `repo, workflow`. */
export function listed(header: string | null | undefined): string[] {
  return (header ?? '')
    .split(',')
    .map(name => name.trim())
    .filter(Boolean);
}

/** Whether scopes hold one, by itself or in a wider one. */
export function hasScope(scopes: readonly string[], wanted: string): boolean {
  return scopes.some(
    scope => scope === wanted || included[scope]?.includes(wanted),
  );
}
