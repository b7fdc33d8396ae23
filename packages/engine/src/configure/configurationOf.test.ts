import { configurationSchema } from '@nante/model';
import type { PlaybookResult } from '../ansible';
import { parsePlayEvent } from '../ansible/events';
import {
  configurationOf,
  createPlayNotes,
  joinConfigurations,
} from './configurationOf';

const end = (recap: PlaybookResult['recap']): PlaybookResult => ({
  ...{ state: 'succeeded', recap, failures: [], failedHosts: [] },
  ...{ learnedHostKeys: {}, exitCode: 0, durationMs: 1 },
});
const recap = (host: string, changed: number) => ({
  ...{ host, ok: 3, changed, failed: 0, unreachable: 0, skipped: 1 },
});

/** As the plugin prints them. */
function notesOf(...events: object[]) {
  const notes = createPlayNotes();
  for (const event of events) {
    const parsed = parsePlayEvent(JSON.stringify(event));
    if (!parsed) throw new Error(`no event: ${JSON.stringify(event)}`);
    notes.take(parsed);
  }
  return notes;
}

describe('What a run document says of a play', () => {
  it('is what changed with its diff, and in a dry run what could not be seen', () => {
    const task = 'nginx : Say what a check run cannot see';
    const notes = notesOf(
      { type: 'ok', host: 'web-1', task: 'nginx : Look', diff: '-a' },
      { type: 'changed', host: 'web-1', task: 'nginx : Write', diff: '-a\n+b' },
      { type: 'changed', host: 'web-1', task: 'nginx : Install' },
      { type: 'skipped', host: 'web-1', task: 'Not asked for' },
      { type: 'skipped', host: 'web-1', task: 'Load', unseen: true },
      { type: 'ok', host: 'web-1', task, message: 'the sites\nthe ports' },
      { type: 'ok', host: 'web-1', task, message: 'the ports' },
      { type: 'ok', host: 'web-1', task: 'Say hello', message: 'hello' },
    );
    const roles = ['nginx'];
    const document = configurationOf(end([recap('web-1', 2)]), {
      ...{ dryRun: true, roles, notes },
    });
    expect(document).toEqual({
      ...{ dryRun: true, pretended: false, roles, failures: [] },
      recap: [recap('web-1', 2)],
      changes: [
        { host: 'web-1', task: 'nginx : Write', diff: '-a\n+b' },
        { host: 'web-1', task: 'nginx : Install' },
      ],
      unseen: ['Load', 'the sites', 'the ports'],
    });
    expect(configurationSchema.parse(document)).toEqual(document);
    const real = configurationOf(end([]), { dryRun: false, roles, notes });
    expect(real.unseen).toEqual([]);
  });

  it('adds up the plays of a run, and names the host where there are several', () => {
    const notes = notesOf({
      ...{ type: 'skipped', host: 'web-2', task: 'Load', unseen: true },
    });
    const first = configurationOf(end([recap('web-1', 2)]), {
      ...{ dryRun: true, roles: ['nginx'], notes: notesOf() },
    });
    const second = configurationOf(
      end([recap('web-1', 1), recap('web-2', 0)]),
      { dryRun: true, roles: ['base_setup', 'nginx'], notes },
    );
    expect(joinConfigurations(first, second)).toMatchObject({
      dryRun: true,
      roles: ['nginx', 'base_setup'],
      recap: [{ ...recap('web-1', 3), ok: 6, skipped: 2 }, recap('web-2', 0)],
      unseen: ['web-2: Load'],
    });
  });

  it('stays small, whatever a play prints', () => {
    const events = Array.from({ length: 300 }, (_, index) => ({
      ...{ type: 'changed', host: 'web-1', task: `${index}` },
      diff: 'x'.repeat(10_000),
    }));
    const { changes } = notesOf(...events);
    expect(changes).toHaveLength(200);
    expect(changes[0].diff).toMatch(/^x{4096}\n… 5904 more characters$/);
  });
});
