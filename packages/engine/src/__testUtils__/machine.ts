import type { Lab } from './lab';

/** Joins a machine to the tailnet of a lab, as its `tailscaled` does. @returns the HTTP status */
export async function joinTailnet(
  lab: Lab,
  hostname: string,
  authKey: string | undefined,
): Promise<number> {
  const { status } = await fetch(
    `${lab.setting.endpoints.tailscale?.url}/standin/register`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        hostname,
        authKey,
        machineKey: `mkey:${Math.random().toString(36).slice(2)}`,
      }),
    },
  );
  return status;
}

/** Sends a metric, or a line of the journal, of a host to the OpenObserve of a lab, as its agent does. */
export async function sendSample(
  lab: Lab,
  type: 'metrics' | 'logs',
  labels: { app: string; environment: string; host: string },
): Promise<void> {
  const { url, username, password } = lab.setting.endpoints.openobserve!;
  const path = type === 'metrics' ? 'ingest/metrics' : 'journal';
  const record =
    type === 'metrics'
      ? { __name__: 'up', __type__: 'gauge', value: 1 }
      : { message: 'hello' };
  const answer = await fetch(`${url}/api/default/${path}/_json`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
    },
    body: JSON.stringify([
      { ...record, ...labels, _timestamp: Date.now() * 1000 },
    ]),
  });
  if (!answer.ok) throw new Error(await answer.text());
}
