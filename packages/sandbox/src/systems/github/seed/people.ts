import type { GithubState, Permission, User } from '../model';

const createdAt = '2026-01-05T08:00:00.000Z';

/** Who has an account, and which organizations there are. */
const accounts: [string, string, Record<string, Permission>?][] = [
  ['nante-bot', 'Nante'],
  ['olga', 'Olga (operator)'],
  ['dana', 'Dana (developer)'],
  ['vic', 'Vic (viewer)'],
  ['ada', 'Ada (member)'],
  [
    'acme',
    'A small company',
    {
      'nante-bot': 'admin',
      olga: 'admin',
      dana: 'write',
      ada: 'write',
      vic: 'read',
    },
  ],
  ['other', 'Another company', { olga: 'admin' }],
  ['nante', 'Nante', { olga: 'admin' }],
];

/** Numbers begin where a person sees by them what they are. */
const firstNumbers = {
  users: 1000,
  repositories: 2000,
  workflows: 3000,
  hooks: 4000,
  pulls: 5000,
  runs: 7_000_000,
  jobs: 9_000_000,
};

/** Accounts and counters. */
export function seedPeople(state: GithubState): void {
  for (const [counter, last] of Object.entries(firstNumbers))
    state.startCounter(counter, last);
  for (const [login, name, members] of accounts) {
    const type: User['type'] = members ? 'Organization' : 'User';
    state.insert('users', {
      ...{ login, name, type, createdAt },
      email: `${login}@example.test`,
      ...(members ? { members } : {}),
    });
  }
}
