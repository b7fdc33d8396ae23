import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { RunLogLine } from '@nante/model';
import { createMemoryStore } from '../__testUtils__/memoryStore';
import { parseLog } from './parseLog';
import { localLogFile, mergeLogs, openRunLog } from './runLog';

const folders: string[] = [];
const folder = () => {
  const made = mkdtempSync(join(tmpdir(), 'nante-log-'));
  folders.push(made);
  return made;
};
afterAll(() =>
  folders.forEach(made => rmSync(made, { recursive: true, force: true })),
);

const key = 'nante/shop-dev/runs/run-00001.log';
const line = (n: number, second: number, text: string): RunLogLine => ({
  n,
  time: `2026-11-26T10:00:0${second}.000Z`,
  level: 'info',
  text,
});

describe('the log of a run that is taken up again', () => {
  it('goes on after lines that a killed process never uploaded, and loses none to the half line it left', async () => {
    const store = createMemoryStore();
    const workDirectory = folder();
    const file = localLogFile(workDirectory, 'run-00001');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(
      file,
      `${JSON.stringify(line(0, 1, 'check'))}\n${JSON.stringify(line(1, 2, 'plan'))}\n{"n":2,"ti`,
    );
    const log = await openRunLog({
      store,
      key,
      workDirectory,
      runId: 'run-00001',
      redact: text => text,
    });
    log.add({ level: 'info', text: 'taken up' });
    await log.finish(1_000);
    const texts = (lines: RunLogLine[]) =>
      lines.map(({ n, text }) => [n, text]);
    const wanted = [
      [0, 'check'],
      [1, 'plan'],
      [2, 'taken up'],
    ];
    expect(texts(parseLog(readFileSync(file, 'utf8')))).toEqual(wanted);
    expect(texts(parseLog(store.objects.get(key)?.body ?? ''))).toEqual(wanted);
  });

  it('goes on after what another machine did meanwhile, and keeps what only this one knew', async () => {
    const store = createMemoryStore();
    const begun = [line(0, 1, 'check')];
    const here = [...begun, line(1, 2, 'killed here')];
    const there = [...begun, line(1, 4, 'taken up there')];
    const merged = mergeLogs(here, there);
    expect(merged.map(({ n, text }) => [n, text])).toEqual([
      [0, 'check'],
      [1, 'killed here'],
      [2, 'taken up there'],
    ]);
    // The other machine gets the merged log back: nothing twice.
    expect(mergeLogs(there, merged)).toEqual(merged);
    expect(mergeLogs(merged, here)).toEqual(merged);
    await store.put(
      key,
      there.map(entry => `${JSON.stringify(entry)}\n`).join(''),
      {
        always: true,
      },
    );
    const log = await openRunLog({
      store,
      key,
      workDirectory: folder(),
      runId: 'run-00001',
      redact: text => text,
    });
    log.add({ level: 'info', text: 'and here again' });
    await log.finish(1_000);
    expect(parseLog(store.objects.get(key)?.body ?? '').map(({ n }) => n)) //
      .toEqual([0, 1, 2]);
  });
});

describe('the log of a run that works', () => {
  it('gives the newest lines alone, of whatever characters, also after it was closed', async () => {
    const store = createMemoryStore();
    const log = await openRunLog({
      store,
      key,
      workDirectory: folder(),
      runId: 'run-00001',
      redact: text => text.replace('secret', '***'),
    });
    const texts = (n: number) => log.after(n).map(({ text }) => text);
    expect(texts(-1)).toEqual([]);
    log.add({ level: 'info', text: 'grüße 日本\na secret' });
    log.add({ level: 'warn', text: '🚀' });
    expect(texts(-1)).toEqual(['grüße 日本', 'a ***', '🚀']);
    expect(texts(0)).toEqual(['a ***', '🚀']);
    expect(texts(2)).toEqual([]);
    await log.finish(1_000);
    log.add({ level: 'error', text: 'late' });
    expect(log.after(1).map(({ n, text }) => [n, text])).toEqual([
      [2, '🚀'],
      [3, 'late'],
    ]);
  });
});
