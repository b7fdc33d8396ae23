import type { RunDocument } from '@nante/model';
import {
  destroyRequest,
  provisionRequest,
  startLab,
  type Lab,
} from './__testUtils__/lab';
import {
  cancelIn,
  cli,
  failure,
  leftovers as leftoversOf,
  nothing,
} from './__testUtils__/outcome';

jest.setTimeout(120_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.stop());

const leftovers = (app: string) => leftoversOf(lab, app);

describe('cancel', () => {
  it('in verify and finish leaves a machine that is named, and the repeat answers it', async () => {
    const request = provisionRequest({ app: 'stop-verify' });
    const error = await failure(
      lab.engine.provision(request, cancelIn('verify')),
    );
    expect(error.code).toBe('cancelled');
    expect(await lab.engine.getRun(request.requestId)).toMatchObject({
      state: 'cancelled',
      leftovers: [expect.stringContaining('web-1')],
    });
    // Too late: everything is done by then.
    const run = await lab.engine.provision(request, cancelIn('finish'));
    expect(run.state).toBe('succeeded');
    expect(await leftovers('stop-verify')).toMatchObject({ guests: 1 });

    for (const step of ['check', 'lock', 'plan', 'destroy', 'clean']) {
      const destroy = destroyRequest({ app: 'stop-verify' });
      const end = await lab.engine
        .destroy(destroy, cancelIn(step))
        .catch(problem => problem);
      const document = await lab.engine.getRun(destroy.requestId);
      const { guests } = await leftovers('stop-verify');
      const isDone = document?.state === 'succeeded';
      const isTrue = isDone
        ? guests === 0
        : end.code === 'cancelled' && (guests === 1 || step === 'destroy');
      expect({ step, state: document?.state, isTrue }).toMatchObject({
        isTrue: true,
      });
    }
    await lab.engine.destroy(destroyRequest({ app: 'stop-verify' }), cli);
    expect(await leftovers('stop-verify')).toEqual(nothing);
  });

  it.each(['check', 'reserve', 'plan'])('in %s changes nothing', async step => {
    const request = provisionRequest({ app: `stop-${step}` });
    const error = await failure(lab.engine.provision(request, cancelIn(step)));
    expect(error.code).toBe('cancelled');
    const run = (await lab.engine.getRun(request.requestId)) as RunDocument;
    expect([run.state, run.leftovers]).toEqual(['cancelled', []]);
    expect(await leftovers(`stop-${step}`)).toEqual(nothing);
  });

  it('in create ends in a true state: what exists is named, and the repeat finishes it', async () => {
    const request = provisionRequest({ app: 'stop-create' });
    const error = await failure(
      lab.engine.provision(request, cancelIn('create')),
    );
    expect(error.code).toBe('cancelled');
    const run = (await lab.engine.getRun(request.requestId)) as RunDocument;
    const { guests } = await leftovers('stop-create');
    expect([run.state, run.leftovers.length]).toEqual(['cancelled', guests]);
    const repeated = await lab.engine.provision(request, cli);
    expect(repeated.state).toBe('succeeded');
    expect((await leftovers('stop-create')).guests).toBe(1);
    await lab.engine.destroy(destroyRequest({ app: 'stop-create' }), cli);
    expect(await leftovers('stop-create')).toEqual(nothing);
  });
});
