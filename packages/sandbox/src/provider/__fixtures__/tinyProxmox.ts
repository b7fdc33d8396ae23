import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { loadOrCreateTls } from '../../hosting/tls';

type Fields = Record<string, string>;
interface Guest {
  kind: 'qemu' | 'lxc';
  node: string;
  status: 'running' | 'stopped';
  config: Record<string, string | number>;
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Puts the volume that a disk gets in the place of `storage:size`. */
function allocate(id: string, name: string, value: string): string {
  const fresh = /^(?:file=)?([^:,]+):(\d+)(.*)$/.exec(value);
  if (fresh) return `${fresh[1]}:vm-${id}-${name},size=${fresh[2]}G${fresh[3]}`;
  const cloudInit = /^(?:file=)?([^:,]+):cloudinit/.exec(value);
  return cloudInit
    ? `${cloudInit[1]}:vm-${id}-cloudinit,media=cdrom`
    : value.replace(/^file=/, '');
}

/**
 * The few calls of Proxmox that a guest's life needs, over TLS, without rights and rules: enough to try the provider by
 * itself. Tasks end after `taskMilliseconds`.
 */
export async function startTinyProxmox(folder: string, taskMilliseconds = 0) {
  const tls = await loadOrCreateTls(folder);
  const guests = new Map<string, Guest>();
  const tasks = new Map<string, number>();
  const calls: string[] = [];
  guests.set('9000', {
    kind: 'qemu',
    node: 'pve1',
    status: 'stopped',
    config: {
      template: 1,
      cores: 1,
      memory: 512,
      scsi0: 'vmdata:base-9000-disk-0,size=4G',
      ide2: 'vmdata:vm-9000-cloudinit,media=cdrom',
      net0: 'virtio=BC:24:11:00:90:00,bridge=vmbr0',
    },
  });

  function task(node: string, type: string, id: string): string {
    const upid = `UPID:${node}:00000001:${String(tasks.size).padStart(8, '0')}:00000000:${type}:${id}:root@pam!t:`;
    tasks.set(upid, Date.now() + taskMilliseconds);
    return upid;
  }

  function set(id: string, guest: Guest, fields: Fields) {
    for (const name of (fields.delete ?? '').split(',')) {
      delete guest.config[name];
    }
    for (const [name, value] of Object.entries(fields)) {
      if (name === 'delete') continue;
      const net = /^net\d+$/.test(name) && !/=(?:[0-9A-F]{2}:){5}/i.test(value);
      const mac = `BC:24:11:00:00:${id.slice(-2)}`;
      if (net && guest.kind === 'qemu') {
        guest.config[name] = value.replace('model=virtio', `virtio=${mac}`);
      } else if (net) guest.config[name] = `${value},hwaddr=${mac}`;
      else if (/^(?:scsi|ide|rootfs)\d*$/.test(name)) {
        // What a disk measures is Proxmox's to say, whatever a client sends along.
        const size = /,size=\d+G/.exec(String(guest.config[name] ?? ''))?.[0];
        const next = allocate(id, name, value);
        guest.config[name] = size
          ? `${next.replace(/,size=\d+[KMGT]?/, '')}${size}`
          : next;
      } else guest.config[name] = /^\d+$/.test(value) ? Number(value) : value;
    }
  }

  function answer(method: string, url: URL, fields: Fields): unknown {
    const path = url.pathname.replace(/^\/api2\/json\//, '');
    if (path === 'version') return { version: '9.1.1' };
    if (path === 'pools') return [];
    if (path === 'cluster/nextid') return '5000';
    if (path === 'cluster/resources') {
      return [...guests].map(([id, guest]) => ({
        vmid: Number(id),
        node: guest.node,
      }));
    }
    const [, node, kind, id, ...rest] = path.split('/');
    if (kind === 'tasks') {
      const running = Date.now() < (tasks.get(decodeURIComponent(id)) ?? 0);
      return running
        ? { status: 'running' }
        : { status: 'stopped', exitstatus: 'OK' };
    }
    if (kind === 'storage') return { format: 'raw' };
    if (!id) {
      const { vmid, start, ostemplate: _, ...config } = fields;
      const guest: Guest = { kind: 'lxc', node, status: 'stopped', config: {} };
      set(vmid, guest, { ...config, digest: 'd' });
      // Proxmox keeps it as comment lines: it ends with one line end, whatever came in.
      guest.config.description = `${config.description.trimEnd()}\n`;
      if (start === '1') guest.status = 'running';
      guests.set(vmid, guest);
      return task(node, 'vzcreate', vmid);
    }
    const guest = guests.get(id);
    if (!guest)
      throw new Refusal(500, `Configuration file '${id}.conf' does not exist`);
    const call = `${method} ${rest.join('/')}`;
    if (call === 'GET config') return guest.config;
    if (call === 'PUT config') return (set(id, guest, fields), null);
    if (call === 'PUT cloudinit') return null;
    if (call === 'GET status/current') return { status: guest.status };
    if (call === 'PUT resize') {
      guest.config[fields.disk] = String(guest.config[fields.disk]).replace(
        /size=\d+G/,
        `size=${fields.size}`,
      );
      return task(node, 'resize', id);
    }
    if (call === 'POST clone') {
      if (guests.has(fields.newid))
        throw new Refusal(500, `VM ${fields.newid} already exists`);
      const config = { ...guest.config };
      delete config.template;
      config.scsi0 = `vmdata:vm-${fields.newid}-disk-0,size=4G`;
      config.name = fields.name;
      config.description = fields.description;
      guests.set(fields.newid, {
        ...guest,
        config,
        node: fields.target ?? node,
      });
      return task(node, 'qmclone', id);
    }
    if (method === 'DELETE') {
      if (guest.status === 'running')
        throw new Refusal(500, `${id} is running - destroy failed`);
      guests.delete(id);
      return task(node, 'destroy', id);
    }
    if (rest[0] === 'status') {
      guest.status = ['stop', 'shutdown'].includes(rest[1])
        ? 'stopped'
        : 'running';
      return task(node, rest[1], id);
    }
    const address = {
      'ip-address': `10.30.0.${Number(id) - 4000}`,
      prefix: 24,
    };
    if (call === 'GET interfaces') {
      return [
        {
          name: 'eth0',
          'ip-addresses': [{ ...address, 'ip-address-type': 'inet' }],
        },
      ];
    }
    if (call === 'GET agent/network-get-interfaces') {
      const card = (name: string, mac: string, ip: string) => ({
        name,
        'hardware-address': mac,
        'ip-addresses': [{ 'ip-address': ip, 'ip-address-type': 'ipv4' }],
      });
      return {
        result: [
          card('lo', '00:00:00:00:00:00', '127.0.0.1'),
          card('docker0', '02:42:ac:11:00:01', '172.17.0.1'),
          card('eth0', `bc:24:11:00:00:${id.slice(-2)}`, address['ip-address']),
        ],
      };
    }
    throw new Refusal(501, `Method '${call}' not implemented`);
  }

  const server = createServer(
    { cert: tls.cert, key: tls.key },
    (incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on('data', chunk => chunks.push(chunk));
      incoming.on('end', () => {
        const url = new URL(incoming.url ?? '/', 'https://localhost');
        const fields = Object.fromEntries(
          new URLSearchParams(Buffer.concat(chunks).toString()),
        );
        calls.push(`${incoming.method} ${url.pathname}`);
        try {
          const data = answer(incoming.method ?? 'GET', url, fields);
          outgoing.writeHead(200, { 'content-type': 'application/json' });
          outgoing.end(JSON.stringify({ data }));
        } catch (error) {
          outgoing.writeHead(error instanceof Refusal ? error.status : 500);
          outgoing.end(
            JSON.stringify({ data: null, message: (error as Error).message }),
          );
        }
      });
    },
  );
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: tls.caFile,
    guests,
    calls,
    stop() {
      server.closeAllConnections();
      return new Promise<void>(resolve => {
        server.close(() => resolve());
      });
    },
  };
}
