/** Waits for something, and not longer than so many milliseconds; what is not done by then goes on. */
export async function withPatience(
  work: Promise<unknown>,
  patienceMs: number,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>(resolve => {
    timer = setTimeout(resolve, patienceMs);
  });
  try {
    await Promise.race([work, patience]);
  } finally {
    clearTimeout(timer);
  }
}
