import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createTemplateRenderer } from 'nunjitsu';
import { parse } from 'yaml';

/** As Backstage works out inputs of steps. */
const renderer = createTemplateRenderer({
  filters: {
    parseEntityRef: ref => ({ name: String(ref).split('/').pop() ?? '' }),
    pick: (value, key) =>
      (value as Record<string, string>)[String(key)] ?? null,
  },
});

const render = (input: unknown, context: object) =>
  JSON.parse(JSON.stringify(input), (_, value) =>
    typeof value === 'string'
      ? renderer.renderValue(value, context as never)
      : value,
  );

const { steps } = parse(
  readFileSync(
    path.resolve(__dirname, '../../../templates/k3s-cluster/template.yaml'),
    'utf8',
  ),
).spec as { steps: { each?: string; input: object }[] };

/** Inputs of all steps for a form that was filled in so. */
function inputsFor(answers: object) {
  const parameters = {
    name: 'prod',
    app: 'component:default/shop',
    owner: 'group:default/platform',
    placement: { environment: 'dev', size: 'small' },
    version: 'v1.36.4+k3s1',
    sha256: 'a'.repeat(64),
    sshKeys: ['a key'],
    requestId: 'request',
    ...answers,
  };
  const [nodes, cluster] = steps;
  const made = (render(nodes.each, { parameters }) as unknown[]).map(value =>
    render(nodes.input, { parameters, each: { value } }),
  );
  return { made, cluster: render(cluster.input, { parameters }) };
}

describe('the template of a K3s cluster', () => {
  it('makes three servers and agents, each by a request of its own, and then one cluster of all', () => {
    const { made, cluster } = inputsFor({
      servers: 3,
      agents: 2,
      address: 'k8s.example.com',
    });
    const names = [
      'prod-1',
      'prod-2',
      'prod-3',
      'prod-agent-1',
      'prod-agent-2',
    ];
    expect(made.map(({ name }) => name)).toEqual(names);
    expect(new Set(made.map(({ requestId }) => requestId)).size).toBe(5);
    expect(cluster.hosts).toEqual(
      names.map(name => ({ name, app: 'shop', environment: 'dev' })),
    );
    expect(cluster.roles[1]).toEqual({
      name: 'k3s-cluster',
      arguments: {
        k3s_cluster_name: 'prod',
        k3s_cluster_servers: names.slice(0, 3),
        k3s_cluster_agents: names.slice(3),
        k3s_cluster_address: 'k8s.example.com',
        k3s_cluster_version: 'v1.36.4+k3s1',
        k3s_cluster_binary_sha256: 'a'.repeat(64),
      },
    });
  });

  it('makes one server alone, which needs no address', () => {
    const { made, cluster } = inputsFor({ servers: 1, agents: 0 });
    expect(made.map(({ name }) => name)).toEqual(['prod-1']);
    expect(cluster.hosts).toHaveLength(1);
    expect(cluster.roles[1].arguments).toMatchObject({
      k3s_cluster_servers: ['prod-1'],
      k3s_cluster_agents: [],
      k3s_cluster_address: '',
    });
  });
});
