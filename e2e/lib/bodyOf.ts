/** What an address answers within a second, without blanks at its ends; undefined where nothing does. */
export async function bodyOf(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    return (await response.text()).trim();
  } catch {
    return undefined;
  }
}
