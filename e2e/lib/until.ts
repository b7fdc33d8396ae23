/** Waits until a condition answers something; fails with its description after the deadline. */
export async function until<T>(
  description: string,
  condition: () => Promise<T | undefined | false>,
  timeoutMs = 120_000,
  everyMs = 300,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) {
      throw new Error(`Not within ${timeoutMs / 1000} s: ${description}`);
    }
    await new Promise(resolve => setTimeout(resolve, everyMs));
  }
}
