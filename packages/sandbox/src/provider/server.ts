import { join } from 'node:path';
import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { createService, type ServiceOptions } from './service';

/** Versions of providers in TF_REATTACH_PROVIDERS, by source address. */
export type Reattach = Record<
  string,
  {
    Protocol: 'grpc';
    ProtocolVersion: 6;
    Pid: number;
    Test: true;
    Addr: { Network: 'unix'; String: string };
  }
>;

/** A server that listens. */
export interface ProviderServer {
  reattach: Reattach;
  /** When Terraform spoke to it last, in milliseconds since the epoch. */
  lastUse(): number;
  stop(): Promise<void>;
}

// A state of many hosts, and the schema, are larger than gRPC's default limit allows on some paths.
const limits = {
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
};

/**
 * Starts one provider server on a unix socket.
 *
 * @param socket - path of the socket, at most 107 bytes
 */
export async function startProviderServer(
  socket: string,
  options: ServiceOptions,
): Promise<ProviderServer> {
  // The sandbox always runs from its sources, so the file lies beside this one.
  // eslint-disable-next-line no-restricted-syntax
  const definition = loadSync(join(__dirname, 'tfplugin6.proto'), {
    keepCase: true,
    defaults: true,
    enums: String,
  });
  const loaded = loadPackageDefinition(definition) as unknown as {
    tfplugin6: { Provider: ServiceClientConstructor };
  };
  const service = createService(options);
  let lastUse = Date.now();
  const server = new Server(limits);
  const calls = Object.fromEntries(
    service.names.map(name => [
      name,
      (call: ServerUnaryCall<object, object>, done: sendUnaryData<object>) => {
        lastUse = Date.now();
        service
          .handle(name, call.request)
          .then(answer => done(null, answer))
          .finally(() => {
            lastUse = Date.now();
          });
      },
    ]),
  );
  server.addService(loaded.tfplugin6.Provider.service, calls);
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(
      `unix:${socket}`,
      ServerCredentials.createInsecure(),
      error => (error ? reject(error) : resolve()),
    );
  });
  return {
    reattach: {
      'registry.terraform.io/bpg/proxmox': {
        Protocol: 'grpc',
        ProtocolVersion: 6,
        // Terraform only asks whether the process lives; it never ends one that it was told is a test.
        Pid: process.pid,
        Test: true,
        Addr: { Network: 'unix', String: socket },
      },
    },
    lastUse: () => lastUse,
    async stop() {
      service.close();
      server.forceShutdown();
    },
  };
}
