/** One network card of a guest as Proxmox was told about it. */
export interface GuestNetwork {
  bridge: string;
  vlan: number | null;
  mac: string;
  /** `dhcp`, or the address in CIDR notation. */
  address: string;
  gateway?: string;
  nameservers?: string[];
  searchDomain?: string;
}

/** What cloud-init sets, one thing each. */
export type CloudInitPart = 'user' | 'key' | 'hostname' | 'address' | 'disk';

/** What a guest is, as far as its Linux can see it. */
export interface GuestSpec {
  vmid: number;
  kind: 'vm' | 'lxc';
  hostname: string;
  cores: number;
  memoryMb: number;
  diskGb: number;
  networks: GuestNetwork[];
  /** cloud-init's user (`ciuser`); absent for containers, which are entered as root. */
  user?: string;
  sshKeys: string[];
  /** A container's feature: it may run containers, as every VM may. */
  nesting?: boolean;
  /** A fault: it is switched on, but never gets as far as network, agent and sshd. */
  neverBoots?: boolean;
  /** A fault: nothing in this VM answers for an agent, though one can log in. */
  noAgent?: boolean;
  /**
   * A fault: what this VM's cloud-init leaves undone. Without its address a card takes what DHCP gives, and none when it was
   * told to use DHCP; without its disk the file system stays smaller than the disk.
   */
  ignores?: CloudInitPart[];
}

/** An address that a guest has, in neutral words; the Proxmox stand-in turns it into the shapes of VM and LXC. */
export interface GuestInterface {
  name: string;
  mac: string;
  addresses: { address: string; prefix: number; family: 'ipv4' | 'ipv6' }[];
}

/** What a file system in a guest is, for the agent's report. Bytes. */
export interface GuestFileSystem {
  mountpoint: string;
  device: string;
  type: string;
  used: number;
  /** Without what is kept for root. */
  available: number;
  /** With it. */
  total: number;
}

/** What the agent in a VM is asked for beside its interfaces. */
export interface GuestAgent {
  hostname(): Promise<string>;
  system(): Promise<{
    /** As `uname -r`, `-v` and `-m` print them. */
    kernelRelease: string;
    kernelVersion: string;
    machine: string;
    /** The text of `/etc/os-release`. */
    release: string;
  }>;
  fileSystems(): Promise<GuestFileSystem[]>;
  /**
   * The beginning of a file, as root in the guest sees it.
   *
   * @throws NanteError `not-found` when it cannot be opened, with the system's words for why
   */
  readFile(
    path: string,
    maxBytes: number,
  ): Promise<{ content: Buffer; truncated: boolean }>;
}

/** Makes guests real, or only pretends to: see `README.md` in this folder. */
export interface GuestDriver {
  readonly name: 'record' | 'nspawn' | 'docker';
  /** True when a started guest is a Linux that one can log in to. */
  readonly real: boolean;
  /** An address of this machine that guests of every network reach once `prepare` is done; absent where there is none. */
  readonly machineAddress?: string;
  /** Builds or finds what all guests share (base image, bridges); reports progress in lines for a person. */
  prepare(progress: (line: string) => void): Promise<void>;
  /** Makes the guest's disk; repeating it is harmless. */
  create(spec: GuestSpec): Promise<void>;
  /**
   * The same with what is on the disk of another guest, its identity included; absent where a disk holds nothing. A guest
   * that is not there any more, or never was real, leaves an empty disk.
   */
  clone?(from: number, spec: GuestSpec): Promise<void>;
  /** Boots; resolves when the boot was started, not when it ended: `interfaces` tells when the agent answers. */
  start(spec: GuestSpec): Promise<void>;
  /** Asks the guest to power off, and cuts the power after the timeout when `force` is set. Resolves when it is off. */
  shutdown(vmid: number, timeoutSeconds: number, force: boolean): Promise<void>;
  /** Cuts the power. Resolves when it is off. */
  stop(vmid: number): Promise<void>;
  reboot(vmid: number, timeoutSeconds: number): Promise<void>;
  /** Cuts the power and switches on at once, as a reset button does. Resolves when it boots; absent: `reboot` does. */
  reset?(vmid: number): Promise<void>;
  /**
   * Gives a guest another size. A running container has it at once; a VM gets a larger disk at its next boot, when its
   * cloud-init grows the file system, and memory and processors when it is switched on again.
   */
  resize?(spec: GuestSpec): Promise<void>;
  /** A fault: a running guest stands still and answers nothing, until `thaw` or until it is switched off. */
  freeze?(vmid: number): Promise<void>;
  /** Harmless when it is not frozen. */
  thaw?(vmid: number): Promise<void>;
  /** Keeps the disk as it is now under a name; writing waits meanwhile. Memory is not kept. */
  snapshot?(vmid: number, name: string): Promise<void>;
  /** Puts the disk of a stopped guest back to what it was. */
  rollback?(vmid: number, name: string): Promise<void>;
  /** Harmless when there is none of that name. */
  deleteSnapshot?(vmid: number, name: string): Promise<void>;
  /** Removes the disk of a stopped guest with its snapshots; harmless when there is none. */
  destroy(vmid: number): Promise<void>;
  /** What is true now; a guest that powered itself off is `stopped`. */
  status(vmid: number): 'running' | 'stopped';
  /** Interfaces as an agent inside reports them; undefined while nobody answers. */
  interfaces(vmid: number): Promise<GuestInterface[] | undefined>;
  /** The agent in a VM; undefined while none answers. */
  agent(vmid: number): Promise<GuestAgent | undefined>;
  /** Called when a guest powers itself off or reboots on its own: `status` tells which. */
  onPowerOff(listener: (vmid: number) => void): void;
  /** Stops all guests and takes bridges and NAT away; disks stay. */
  close(): Promise<void>;
  /** Removes everything that this driver ever made on the machine. */
  clean(): Promise<void>;
}
