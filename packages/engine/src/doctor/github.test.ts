import {
  connectionNamed,
  type Diagnosis,
  type GithubConnection,
} from '@nante/model';
import { startLab, type Lab } from '../__testUtils__/lab';

jest.setTimeout(120_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ github: true });
});
afterAll(() => lab?.stop());

const connection = () =>
  connectionNamed(lab.setting.config, 'github', 'github')!;
const withConnection = (
  change: Partial<GithubConnection>,
  secrets: Record<string, string | undefined> = {},
) => {
  const { config } = lab.setting;
  const github = { ...connection(), ...change };
  const connections = { ...config.connections, github };
  return lab.engineWith({ config: { ...config, connections }, secrets });
};
const withToken = (name: string) =>
  withConnection(
    {},
    {
      GH_PAT: (lab.setting.endpoints.github!.tokens as Record<string, string>)[
        name
      ],
    },
  );
const examined = async (engine = lab.engine) => {
  const found = await engine.doctor({ environment: 'dev' });
  return (id: string): Diagnosis | undefined =>
    found.find(check => check.id === id);
};

describe('the doctor, asked about repositories', () => {
  it('finds a whole setting right, and changes nothing', async () => {
    const url = `${lab.setting.endpoints.github!.control}/requests`;
    await fetch(url, { method: 'DELETE' });
    const webhookUrl = 'https://portal.example.com/api/events/http/github';
    const of = await examined(withConnection({ webhookUrl }));
    for (const id of [
      ...['secrets-github', 'github-github', 'github-rights-github'],
      ...['github-organization-github', 'github-workflows-github'],
      'github-events-github',
    ])
      expect([id, of(id)?.state]).toEqual([id, 'ok']);
    expect(of('github-github')).toMatchObject({
      group: 'repositories',
      message: expect.stringMatching(/^as nante-bot, \d+ requests left until/u),
    });
    expect(of('github-workflows-github')?.message).toBe('nante/nante v0.1.0');
    expect(await (await fetch(url)).json()).toMatchObject({ mutating: 0 });
  });

  it('names the scope that a token lacks, and a token that is no good', async () => {
    const limited = await examined(withToken('withoutWorkflow'));
    expect(limited('github-rights-github')).toMatchObject({
      state: 'failed',
      message: 'The token of nante-bot in GH_PAT lacks the scope workflow.',
      how: expect.stringContaining('docs/github.md'),
    });
    const expired = await examined(withToken('expired'));
    expect(expired('github-github')).toMatchObject({ state: 'failed' });
    expect(expired('github-rights-github')).toBeUndefined();
    const without = await examined(
      withConnection({}, { CI_DOPPLER_TOKEN: undefined }),
    );
    expect(without('secrets-github')).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('CI_DOPPLER_TOKEN'),
    });
    expect(without('github-github')?.state).toBe('unknown');
  });

  it('says where organization, workflows and events are not what the configuration says', async () => {
    const { workflows } = connection();
    const wrong = await examined(
      withConnection({
        organization: 'nobody',
        workflows: { ...workflows!, commit: 'f'.repeat(40) },
      }),
    );
    expect(wrong('github-organization-github')?.state).toBe('failed');
    expect(wrong('github-workflows-github')).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('has no commit ffff'),
    });
    expect(wrong('github-events-github')?.state).toBe('warning');
    const other = await examined(
      withConnection({ workflows: { ...workflows!, version: 'v9.9.9' } }),
    );
    expect(other('github-workflows-github')).toMatchObject({
      message: expect.stringContaining('v9.9.9 of nante/nante is not there'),
    });
    const none = await examined(withConnection({ workflows: undefined }));
    expect(none('github-workflows-github')?.state).toBe('warning');
  });
});
