import { NanteError } from '@nante/model';
import { ApiFailure, died } from '../failure';
import { boolean, integer, list, optional, string } from '../params/spec';
import { allOf, anyOf, route, type Call, type Route } from '../router';
import { hasAgent } from '../rows';
import { guestOf } from './guests';

const path = '/nodes/{node}/qemu/{vmid}/agent';
const unrestricted = 'VM.GuestAgent.Unrestricted';
const mayAsk = anyOf('/vms/{vmid}', 'VM.GuestAgent.Audit', unrestricted);
const mayRead = anyOf('/vms/{vmid}', 'VM.GuestAgent.FileRead', unrestricted);

/** The most that one call reads of a file, and what it reads unless told. Bytes. */
const readLimit = 16 * 1024 ** 2;

const commands = [
  'guest-ping',
  'guest-info',
  'guest-network-get-interfaces',
  'guest-get-host-name',
  'guest-get-osinfo',
  'guest-get-fsinfo',
  'guest-file-open',
  'guest-file-read',
  'guest-file-close',
];

/** What the QEMU guest agent of a virtual machine is asked for. */
export const agentRoutes: Route[] = [
  route('POST', `${path}/ping`, { permission: mayAsk }, async call => {
    await askAgent(call);
    return { result: {} };
  }),
  route('GET', `${path}/info`, { permission: mayAsk }, async call => {
    await askAgent(call);
    return {
      result: {
        version: '7.2.19',
        supported_commands: commands.map(name => ({
          name,
          enabled: true,
          'success-response': true,
        })),
      },
    };
  }),
  route('GET', `${path}/get-host-name`, { permission: mayAsk }, async call => {
    const { agent } = await askAgent(call);
    return { result: { 'host-name': await agent.hostname() } };
  }),
  route('GET', `${path}/get-osinfo`, { permission: mayAsk }, async call => {
    const { agent } = await askAgent(call);
    const system = await agent.system();
    return {
      result: {
        ...released(system.release),
        machine: system.machine,
        'kernel-release': system.kernelRelease,
        'kernel-version': system.kernelVersion,
      },
    };
  }),
  route('GET', `${path}/get-fsinfo`, { permission: mayAsk }, async call => {
    const { agent } = await askAgent(call);
    return {
      result: (await agent.fileSystems()).map(item => ({
        name: item.device,
        mountpoint: item.mountpoint,
        type: item.type,
        'used-bytes': item.used,
        'total-bytes': item.available,
        'total-bytes-privileged': item.total,
        disk: [],
      })),
    };
  }),
  route(
    'GET',
    `${path}/network-get-interfaces`,
    { permission: mayAsk },
    async call => {
      const { interfaces } = await askAgent(call);
      return {
        result: interfaces.map((item, index) => ({
          name: item.name,
          'hardware-address': item.mac,
          'ip-addresses': item.addresses.map(({ address, prefix, family }) => ({
            'ip-address': address,
            'ip-address-type': family,
            prefix,
          })),
          statistics: counters(index),
        })),
      };
    },
  ),
  route(
    'GET',
    `${path}/file-read`,
    {
      permission: mayRead,
      params: {
        file: string(),
        ...optional({
          count: integer({ minimum: 1, maximum: readLimit }),
          decode: boolean(),
        }),
      },
    },
    readFile,
  ),
  route(
    'POST',
    `${path}/exec`,
    {
      permission: allOf('/vms/{vmid}', unrestricted),
      params: {
        command: list(),
        ...optional({ 'input-data': string({ maxLength: 65536 }) }),
      },
    },
    async call => {
      await askAgent(call);
      throw new ApiFailure(
        500,
        'Agent error: Command guest-exec has been disabled: the command is not allowed\n',
      );
    },
  ),
];

/** @throws ApiFailure 500 with the words that clients know the agent's silence by */
async function askAgent(call: Call) {
  const { cluster } = call;
  const guest = guestOf('qemu', call);
  if (!hasAgent(guest)) throw died('No QEMU guest agent configured');
  if (!cluster.isRunning(guest)) throw died(`VM ${guest.vmid} is not running`);
  const silent = cluster.faults.active(
    'agent-silent',
    fault => fault.vmid === undefined || fault.vmid === guest.vmid,
  );
  const driver = cluster.driver(guest);
  const agent = silent ? undefined : await driver.agent(guest.vmid);
  const interfaces = agent && (await driver.interfaces(guest.vmid));
  if (!interfaces) throw died('QEMU guest agent is not running');
  return { agent, interfaces };
}

async function readFile(call: Call) {
  const { agent } = await askAgent(call);
  const { file, count = readLimit, decode = true } = call.params;
  const read = await agent
    .readFile(String(file), Number(count))
    .catch(error => {
      if (!(error instanceof NanteError)) throw error;
      throw died(
        `Agent error: failed to open file '${file}' (mode: 'r'): ${error.message}`,
      );
    });
  return {
    // Proxmox takes each byte for a character: what is not ASCII arrives as two or more.
    content: read.content.toString(decode === false ? 'base64' : 'latin1'),
    ...(read.truncated ? { truncated: 1 } : {}),
  };
}

/** What the agent tells of `/etc/os-release`. */
function released(text: string): Record<string, string> {
  const lines = text
    .split('\n')
    .map(line => /^([A-Z_]+)=(?:"(.*)"|(.*))$/.exec(line))
    .filter(match => match !== null)
    .map(([, key, quoted, plain]) => [key, quoted ?? plain]);
  const wanted = ['ID', 'NAME', 'PRETTY_NAME', 'VERSION', 'VERSION_ID'];
  return Object.fromEntries(
    lines
      .filter(([key]) => wanted.includes(key))
      .map(([key, value]) => [key.toLowerCase().replace('_', '-'), value]),
  );
}

function counters(index: number): Record<string, number> {
  const packets = (Math.floor(Date.now() / 1000) % 100000) + index;
  return {
    'rx-bytes': packets * 700,
    'rx-dropped': 0,
    'rx-errs': 0,
    'rx-packets': packets,
    'tx-bytes': packets * 400,
    'tx-dropped': 0,
    'tx-errs': 0,
    'tx-packets': packets,
  };
}
