import { NanteError, type HostKind } from '@nante/model';
import { z } from 'zod';
import { createHttpClient } from '../http/client';
import type { ProxmoxConnection } from './connection';
import { proxmoxFailure } from './failures';
import type {
  CallOptions,
  ProxmoxAppliance,
  ProxmoxMaking,
  RootSession,
} from './types';
import { lenient, text } from './values';

const upidSchema = z.string().startsWith('UPID:');

const appliancesSchema = z
  .array(
    z.object({
      template: z.string(),
      section: lenient(text),
      os: lenient(text),
      version: lenient(text),
    }),
  )
  .transform(rows =>
    rows.map((row): ProxmoxAppliance => ({
      file: row.template,
      section: row.section ?? '',
      os: row.os ?? '',
      version: row.version ?? '',
    })),
  );

const ticketSchema = z.object({
  ticket: z.string(),
  CSRFPreventionToken: z.string(),
});

const nodePath = (node: string) => `/nodes/${encodeURIComponent(node)}`;
const typeOf = (kind: HostKind) => (kind === 'vm' ? 'qemu' : 'lxc');

/** The calls that make guests without Terraform: templates are made by them. */
export function makingCalls(connection: ProxmoxConnection): ProxmoxMaking {
  const write = <S extends z.ZodType>(
    method: 'POST' | 'PUT',
    path: string,
    schema: S,
    form: Record<string, string | number>,
    call: CallOptions,
  ) => connection.write(method, path, schema, { ...call, form });
  return {
    downloadFile: (node, storage, file, call = {}) =>
      write(
        'POST',
        `${nodePath(node)}/storage/${encodeURIComponent(storage)}/download-url`,
        upidSchema,
        {
          content: file.content,
          filename: file.name,
          url: file.url,
          ...(file.checksum
            ? {
                checksum: file.checksum.value,
                'checksum-algorithm': file.checksum.algorithm,
              }
            : {}),
        },
        call,
      ),
    appliances: (node, call = {}) =>
      connection.get(`${nodePath(node)}/aplinfo`, appliancesSchema, call),
    downloadAppliance: (node, storage, template, call = {}) =>
      write(
        'POST',
        `${nodePath(node)}/aplinfo`,
        upidSchema,
        { storage, template },
        call,
      ),
    createGuest: (node, kind, vmId, options, call = {}) =>
      write(
        'POST',
        `${nodePath(node)}/${typeOf(kind)}`,
        upidSchema,
        { vmid: vmId, ...options },
        call,
      ),
    async setGuestOptions(node, kind, vmId, options, call = {}) {
      const path = `${nodePath(node)}/${typeOf(kind)}/${vmId}/config`;
      await write('PUT', path, z.unknown(), options, call);
    },
    convertToTemplate: (node, kind, vmId, call = {}) =>
      write(
        'POST',
        `${nodePath(node)}/${typeOf(kind)}/${vmId}/template`,
        // A container is converted at once.
        upidSchema.nullish().transform(upid => upid ?? undefined),
        {},
        call,
      ),
  };
}

/**
 * Signs in as root@pam for what Proxmox lets no token do, not even root's: devices of a container.
 *
 * @param options.password - goes into the body of one call, and nowhere else
 * @throws NanteError `unauthorized` when Proxmox refuses it, or asks for a second factor
 */
export async function openRootSession(options: {
  url: string;
  password: string;
  caFile?: string;
  signal?: AbortSignal;
}): Promise<RootSession> {
  const { signal, caFile } = options;
  const url = new URL(options.url).origin;
  const timeoutMs = 30_000;
  const http = createHttpClient({
    system: 'Proxmox',
    baseUrl: `${url}/api2/json`,
    headers: { accept: 'application/json' },
    caFile,
  });
  const tokenId = 'root@pam';
  const path = '/access/ticket';
  const answer = await http.request({
    method: 'POST',
    path,
    form: { username: tokenId, password: options.password },
    timeoutMs,
    signal,
  });
  if (answer.status !== 200) {
    if (answer.status !== 401)
      throw proxmoxFailure(answer, { url, method: 'POST', path, tokenId });
    throw new NanteError(
      'unauthorized',
      `Proxmox at ${url} does not let root@pam in with the password of PROXMOX_ROOT_PASSWORD.`,
      {
        hint: 'Correct the secret, or take it away: then nothing is done as root.',
      },
    );
  }
  const read = z
    .object({ data: ticketSchema })
    .safeParse(JSON.parse(answer.text));
  if (!read.success)
    throw new NanteError(
      'unauthorized',
      `Proxmox at ${url} asks root@pam for a second factor.`,
      {
        hint: 'A program has none: run the command that was said in a shell of the node.',
      },
    );
  const { ticket, CSRFPreventionToken } = read.data.data;
  return {
    async setContainerOptions(node, vmId, form, call = {}) {
      const at = `${nodePath(node)}/lxc/${vmId}/config`;
      const done = await http.request({
        method: 'PUT',
        path: at,
        form,
        headers: {
          cookie: `PVEAuthCookie=${encodeURIComponent(ticket)}`,
          CSRFPreventionToken,
        },
        timeoutMs,
        signal: call.signal ?? signal,
      });
      if (done.status !== 200)
        throw proxmoxFailure(done, { url, method: 'PUT', path: at, tokenId });
    },
  };
}
