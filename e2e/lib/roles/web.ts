import assert from 'node:assert/strict';
import { until } from '../until';
import { read, type AskedRole, type RoleGuest, type RoleLab } from './lab';

/** A port that a program of the guest listens on, and that nobody asked to open. */
export const closedPort = 8099;
/** Shown as it is, or the roles run what a person typed into a form. */
export const page = `<p>Hello from {{ lookup('pipe', 'id') }}</p>\n`;

export const nginx: AskedRole = {
  name: 'nginx',
  arguments: {
    nginx_sites: [
      { name: 'shop', server_names: ['shop.example.test'], page },
      {
        name: 'proxied',
        server_names: ['proxied.example.test'],
        proxy: `http://127.0.0.1:${closedPort}`,
      },
      {
        name: 'secure',
        server_names: ['secure.example.test'],
        page: 'Hello over TLS',
        tls_certificate: '/etc/ssl/secure.crt',
        tls_key: '/etc/ssl/private/secure.key',
      },
    ],
  },
};

/** Makes the certificate of the secure site on the host itself, as somebody else's job would. */
export const makeCertificate =
  'sudo -n openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2' +
  ' -subj /CN=secure.example.test -addext subjectAltName=DNS:secure.example.test' +
  ' -keyout /etc/ssl/private/secure.key -out /etc/ssl/secure.crt';

/** Starts a program on the guest that answers HTTP at the closed port, and waits for it. */
export async function listenInside(
  lab: RoleLab,
  host: RoleGuest,
): Promise<void> {
  await lab.run(
    host,
    `cd /tmp && setsid -f python3 -m http.server ${closedPort} >/dev/null 2>&1 </dev/null`,
  );
  await until('the program inside', async () => {
    const { output } = await lab.run(
      host,
      `python3 -c "import urllib.request as u; print(u.urlopen('http://127.0.0.1:${closedPort}/').status)"`,
    );
    return output === '200';
  });
}

/** All sites answer on the LAN as they should, and what nobody opened does not. */
export async function assertServes(
  lab: RoleLab,
  host: RoleGuest,
): Promise<void> {
  assert.equal(await read(host, 80), page, 'the body of the site');
  assert.match(await read(host, 80, 'unknown.test'), /host is ready/);
  const secure = 'secure.example.test';
  const { output: certificate } = await lab.run(
    host,
    'cat /etc/ssl/secure.crt',
  );
  assert.equal(await read(host, 443, secure, certificate), 'Hello over TLS');
  assert.match(await read(host, 80, secure), /301 Moved/, 'HTTP leads to it');
  await listenInside(lab, host);
  assert.match(
    await read(host, 80, 'proxied.example.test'),
    /Directory listing/,
    'nginx hands on',
  );
  await assert.rejects(read(host, closedPort), /no answer/, 'firewall');
}
