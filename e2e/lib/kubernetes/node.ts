import fs from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { must, runCommand } from '../command';
import { ssh } from '../ssh';
import type { KubernetesParts } from './parts';

/** Network of the pods of the one node. */
const podNetwork = '10.244.7.0/24';
export const pauseName = 'lab.invalid/pause:1';

/** What a kubelet sets and a guest of the lab may not: it finds them set. */
const kernelSettings = {
  'vm/overcommit_memory': 1,
  'vm/panic_on_oom': 0,
  'kernel/panic': 10,
  'kernel/panic_on_oops': 1,
};

const containerd = (registry: Registry) => `version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseName}"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "/etc/cni/net.d"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "native"
  [plugins."io.containerd.grpc.v1.cri".registry.mirrors."${registry.host}"]
    endpoint = ["http://${registry.host}"]
  [plugins."io.containerd.grpc.v1.cri".registry.configs."${registry.host}".auth]
    username = "${registry.username}"
    password = "${registry.password}"
`;

/** Control groups of version 1 and the settings of the network are mounted read only in a guest of the lab. */
const dropIn = `[Service]
ExecStartPre=/bin/sh -c 'for group in /sys/fs/cgroup/*/; do mount -o remount,rw,bind $$group; done'
ExecStartPre=/bin/sh -c 'mountpoint -q /proc/sys/net || { mount --bind /proc/sys/net /proc/sys/net && mount -o remount,rw,bind /proc/sys/net; }'
`;

const unit = (address: string) => `[Unit]
Description=kubelet of upstream Kubernetes
After=containerd.service
Requires=containerd.service
[Service]
ExecStart=/usr/local/bin/kubelet --config=/etc/kubelet/config.yaml --kubeconfig=/etc/kubelet/kubeconfig --hostname-override=node-1 --node-ip=${address}
Restart=always
RestartSec=1
[Install]
WantedBy=multi-user.target
`;

const kubeletSettings = {
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  failCgroupV1: false,
  failSwapOn: false,
  cgroupDriver: 'cgroupfs',
  cgroupsPerQOS: false,
  enforceNodeAllocatable: [],
  containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
  // Nobody but the API server of this scenario reaches it.
  authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
  authorization: { mode: 'AlwaysAllow' },
  // There is no DNS of the cluster here.
  clusterDNS: ['10.96.0.10'],
};

/** A registry that speaks plain HTTP. */
export interface Registry {
  /** `host:port`. */
  host: string;
  username: string;
  password: string;
}

/** Makes a booted guest the node of a cluster: containerd, CNI's bridge, a real kubelet. */
export async function makeNode(
  undo: (() => unknown)[],
  parts: KubernetesParts,
  options: {
    address: string;
    keyFile: string;
    folder: string;
    kubeconfig: string;
    pause: string;
    registry: Registry;
  },
): Promise<void> {
  const { address, keyFile, folder, kubeconfig, pause, registry } = options;
  const login = `root@${address}`;
  const on = async (command: string) => {
    const { code, output } = await ssh(keyFile, login, command);
    if (code !== 0) throw new Error(`${command}\n${output}`);
    return output;
  };
  // A container may not make the session keys of others; a virtual machine may, and its administrator is no root.
  const opened = await ssh(
    keyFile,
    `ops@${address}`,
    'sudo -n install -D -m 600 ~/.ssh/authorized_keys /root/.ssh/authorized_keys',
  );
  if (opened.code !== 0) throw new Error(opened.output);
  const put = async (source: string, target: string) => {
    const { code, output } = await runCommand('scp', [
      ...['-q', '-i', keyFile, '-o', 'StrictHostKeyChecking=no'],
      ...['-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR'],
      ...[source, `${login}:${target}`],
    ]);
    if (code !== 0) throw new Error(`scp ${source}: ${output}`);
  };
  const write = async (target: string, text: string) => {
    const file = path.join(folder, 'to-node');
    fs.writeFileSync(file, text, { mode: 0o600 });
    await put(file, target);
  };

  await on(
    'apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends containerd containernetworking-plugins iptables conntrack',
  );
  await on(
    'mkdir -p /etc/containerd /etc/cni/net.d /etc/kubelet /etc/systemd/system/containerd.service.d /run/lab && ln -sf /dev/null /dev/kmsg',
  );
  for (const [name, value] of Object.entries(kernelSettings))
    await on(
      `f=/run/lab/$(echo ${name} | tr / _); echo ${value} > $f; mountpoint -q /proc/sys/${name} || mount --bind $f /proc/sys/${name}`,
    );
  await write('/etc/containerd/config.toml', containerd(registry));
  await write('/etc/systemd/system/containerd.service.d/lab.conf', dropIn);
  await write('/etc/cni/net.d/10-bridge.conflist', JSON.stringify(bridge));
  await write('/etc/kubelet/config.yaml', stringify(kubeletSettings));
  await write('/etc/systemd/system/kubelet.service', unit(address));
  await put(kubeconfig, '/etc/kubelet/kubeconfig');
  await put(parts.kubelet, '/usr/local/bin/kubelet');
  await put(pause, '/root/pause.tar');
  await on('systemctl daemon-reload && systemctl restart containerd');
  await on('ctr -n k8s.io images import /root/pause.tar');
  await on('systemctl enable --quiet --now kubelet');

  await must('ip', ['route', 'replace', podNetwork, 'via', address]);
  undo.push(() => runCommand('ip', ['route', 'delete', podNetwork]));
}

const bridge = {
  cniVersion: '0.4.0',
  name: 'bridge',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      ipMasq: true,
      ipam: {
        type: 'host-local',
        ranges: [[{ subnet: podNetwork }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
  ],
};
