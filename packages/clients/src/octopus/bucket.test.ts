import { createBucket } from './bucket';

/** Milliseconds that something takes. */
async function took(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}

describe('the bucket of a server', () => {
  it('lets a burst of a minute pass at once, and the rest at its rate, in order', async () => {
    const bucket = createBucket(1_200);
    const order: number[] = [];
    const burst = await took(() =>
      Promise.all(Array.from({ length: 1_200 }, () => bucket.take())),
    );
    expect(burst).toBeLessThan(200);
    const more = await took(() =>
      Promise.all(
        [1, 2, 3, 4].map(async number => {
          await bucket.take();
          order.push(number);
        }),
      ),
    );
    // One every 50 ms; a little came back while the burst passed.
    expect(more).toBeGreaterThan(80);
    expect(order).toEqual([1, 2, 3, 4]);
    expect(bucket.waitedMs).toBeGreaterThan(80);
  });

  it('lets nobody pass while the server says "too many", then one, then at half the rate', async () => {
    const bucket = createBucket(6_000);
    const pause = bucket.refused(120);
    expect(pause).toBeGreaterThan(100);
    // Another answer of the same moment does not halve it again.
    bucket.refused(100);
    expect(await took(() => bucket.take())).toBeGreaterThan(100);
    // 3 000 a minute are one every 20 ms.
    const next = await took(() => bucket.take());
    expect(next).toBeGreaterThan(10);
    expect(next).toBeLessThan(60);
  });

  it('waits by itself, longer each time, where the server does not say how long', () => {
    const bucket = createBucket(60);
    const first = bucket.refused();
    expect(first).toBeGreaterThanOrEqual(999);
    expect(first).toBeLessThanOrEqual(2_001);
  });

  it('is left at once by whoever is cancelled, and their turn is nobody’s loss', async () => {
    const bucket = createBucket(600);
    await Promise.all(Array.from({ length: 600 }, () => bucket.take()));
    const cancel = new AbortController();
    const waiting = bucket.take(cancel.signal);
    cancel.abort(new Error('enough'));
    expect(
      await took(() => expect(waiting).rejects.toThrow('enough')),
    ).toBeLessThan(50);
    expect(await took(() => bucket.take())).toBeLessThan(180);
  });
});
