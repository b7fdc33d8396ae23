import { findTool, run, tryRun } from './command';
import { machineAddress } from './machineAddress';

/** A bridge as the packet filter sees it. */
export interface FilteredBridge {
  name: string;
  /** Networks behind it in CIDR notation, which leave the machine under its own address. */
  networks: string[];
}

/** NAT for guests, and walls between VLANs, in a table (or chains) that nobody else uses. */
export interface Firewall {
  /** Replaces all rules of this sandbox at once. */
  apply(bridges: FilteredBridge[], uplink: string): Promise<void>;
  remove(): Promise<void>;
}

/** Uses nft where it is there, else iptables. @param prefix Name of the sandbox, unique on the machine. */
export function createFirewall(prefix: string): Firewall {
  return findTool('nft') ? nftables(prefix) : iptables(prefix);
}

/** The nftables form: one table, replaced in one transaction. */
export function nftables(prefix: string): Firewall {
  const table = `inet nante_${prefix}`;
  return {
    async apply(bridges, uplink) {
      const forward = bridges.flatMap(({ name }) => [
        `iifname "${name}" oifname "${name}" accept`,
        `iifname "${name}" oifname "${prefix}v*" drop`,
        `iifname "${uplink}" oifname "${name}" ct state new drop`,
      ]);
      // What listens for guests is for guests.
      const input =
        uplink === 'lo'
          ? []
          : [`iifname "${uplink}" ip daddr ${machineAddress} drop`];
      const masquerade = bridges.flatMap(({ networks }) =>
        networks.map(
          network => `ip saddr ${network} oifname != "${prefix}v*" masquerade`,
        ),
      );
      await run('nft', ['-f', '-'], {
        // Named before it is deleted, so that the deletion also works the first time.
        input: [
          `table ${table}`,
          `delete table ${table}`,
          `table ${table} {`,
          '  chain forward {',
          '    type filter hook forward priority filter; policy accept;',
          ...forward.map(rule => `    ${rule}`),
          '  }',
          '  chain input {',
          '    type filter hook input priority filter; policy accept;',
          ...input.map(rule => `    ${rule}`),
          '  }',
          '  chain postrouting {',
          '    type nat hook postrouting priority srcnat; policy accept;',
          ...masquerade.map(rule => `    ${rule}`),
          '  }',
          '}',
          '',
        ].join('\n'),
      });
    },
    async remove() {
      await tryRun('nft', ['delete', 'table', ...table.split(' ')]);
    },
  };
}

/** The iptables form: two chains of our own, each with one jump to it from the built-in chain. */
export function iptables(prefix: string): Firewall {
  const forward = `NANTE-${prefix}-FWD`;
  const masquerade = `NANTE-${prefix}-NAT`;
  const input = `NANTE-${prefix}-IN`;
  const jumps = [
    { table: 'filter', from: 'FORWARD', chain: forward },
    { table: 'filter', from: 'INPUT', chain: input },
    { table: 'nat', from: 'POSTROUTING', chain: masquerade },
  ];
  const rule = (table: string, ...args: string[]) =>
    run('iptables', ['-w', '-t', table, ...args]);
  return {
    async apply(bridges, uplink) {
      for (const { table, from, chain } of jumps) {
        await tryRun('iptables', ['-w', '-t', table, '-N', chain]);
        await rule(table, '-F', chain);
        const jump = ['-w', '-t', table, '-C', from, '-j', chain];
        if ((await tryRun('iptables', jump)) === undefined) {
          await rule(table, '-I', from, '-j', chain);
        }
      }
      if (uplink !== 'lo') {
        await rule(
          ...(['filter', '-A', input, '-i', uplink] as const),
          ...['-d', machineAddress, '-j', 'DROP'],
        );
      }
      const add = (...args: string[]) => rule('filter', '-A', forward, ...args);
      for (const { name, networks } of bridges) {
        await add('-i', name, '-o', name, '-j', 'ACCEPT');
        await add('-i', name, '-o', `${prefix}v+`, '-j', 'DROP');
        await add(
          ...['-i', uplink, '-o', name, '-m', 'conntrack'],
          ...['--ctstate', 'NEW', '-j', 'DROP'],
        );
        for (const network of networks) {
          await rule(
            'nat',
            ...['-A', masquerade, '-s', network, '!', '-o', `${prefix}v+`],
            ...['-j', 'MASQUERADE'],
          );
        }
      }
    },
    async remove() {
      for (const { table, from, chain } of jumps) {
        for (const args of [
          ['-D', from, '-j', chain],
          ['-F', chain],
          ['-X', chain],
        ]) {
          await tryRun('iptables', ['-w', '-t', table, ...args]);
        }
      }
    },
  };
}
