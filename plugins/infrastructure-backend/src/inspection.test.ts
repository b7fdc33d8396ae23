import type { Remedy, RunDocument, RunRemedy } from '@nante/model';
import { fakeWorld } from '@nante/plugin-infrastructure-node/testUtils';
import { run, start, webOne } from './__testUtils__/start';

const failed: RunDocument = { ...run, state: 'failed' };
const thing = {
  id: 'vm',
  title: 'VM 100 on pve1',
  state: 'exists' as const,
};
const inspect = async () => ({
  interrupted: false,
  things: [thing],
  remedies: (['finish', 'undo', 'adopt', 'forget'] as const).map(
    (remedy): RunRemedy => ({
      remedy,
      effects: [`does ${remedy}`],
      allowed: remedy !== 'adopt',
      reason: remedy === 'adopt' ? 'It is ours already.' : undefined,
    }),
  ),
});

/** What the page is told about each remedy. */
async function remediesFor(
  changes: Partial<RunDocument>,
  deny: string[] = [],
  managed = [webOne],
) {
  const { get } = await start({
    world: fakeWorld({ managed }),
    engine: {
      inspect,
      getRun: async id =>
        id === run.id ? { ...failed, ...changes } : undefined,
    },
    deny: ['infrastructure.operate', ...deny],
  });
  const { body } = await get(`/runs/${run.id}/inspection`).expect(200);
  const by = Object.fromEntries(
    body.remedies.map((remedy: RunRemedy) => [remedy.remedy, remedy]),
  ) as Record<Remedy, RunRemedy>;
  return { body, by, get };
}

describe('a run that failed', () => {
  it('tells what is there of it, and each way out with what it does', async () => {
    const { body, by, get } = await remediesFor({});
    expect(body).toMatchObject({ interrupted: false, things: [thing] });
    expect(by.undo).toEqual({
      remedy: 'undo',
      effects: ['does undo'],
      allowed: true,
    });
    expect(by.adopt).toMatchObject({
      allowed: false,
      reason: 'It is ours already.',
    });
    await get('/runs/unknown/inspection').expect(404);
  });

  it('is repaired by who may do what the remedy does', async () => {
    const { by } = await remediesFor({}, ['infrastructure.host.delete']);
    expect(by.finish.allowed).toBe(true);
    expect(by.undo).toMatchObject({
      allowed: false,
      reason: 'Only group:default/shop and operators may destroy web-1.',
    });
    expect(by.forget.allowed).toBe(false);
    const noMaking = await remediesFor({}, ['infrastructure.host.create']);
    expect(noMaking.by.finish).toMatchObject({
      allowed: false,
      reason: expect.stringMatching(/You lack .*host.create/),
    });
    expect(noMaking.by.undo.allowed).toBe(true);
  });

  it('is nobody else’s to repair', async () => {
    const { by } = await remediesFor({ owner: 'group:default/billing' });
    for (const remedy of ['finish', 'undo', 'forget'] as const) {
      expect(by[remedy]).toMatchObject({
        allowed: false,
        reason:
          'Only user:default/somebody, the owner and operators may repair this run.',
      });
    }
    const own = await remediesFor({
      owner: 'group:default/billing',
      requestedBy: 'user:default/mock',
    });
    // Whose host it is counts for its destruction, whoever started the run.
    expect(own.by.undo.allowed).toBe(true);
    expect(own.by.finish).toMatchObject({
      allowed: false,
      reason: expect.stringMatching(/group:default\/billing is none of them/),
    });
  });

  it('that left no record goes by the owner that it names', async () => {
    const { by } = await remediesFor({ host: 'never-made' });
    expect(by.undo.allowed).toBe(true);
    const denied = await remediesFor({ host: 'never-made' }, [
      'infrastructure.host.delete',
    ]);
    expect(denied.by.undo).toMatchObject({
      allowed: false,
      reason: expect.stringMatching(/You lack .*host.delete/),
    });
  });
});
