import { planRows } from './planRows';

describe('the rows of a plan', () => {
  it('take blocks apart, leave out what is empty, and begin with what a person asks for', () => {
    const create = (name: string, after: string) => ({
      name,
      before: null,
      after,
    });
    const { first, rest } = planRows([
      create('agent', '[{"enabled":true,"type":null,"wait":[{"ipv4":false}]}]'),
      create('boot_order', '(known after apply)'),
      create('cpu', '[{"cores":2,"flags":[],"limit":0,"numa":false}]'),
      create('disk', '[{"size":10},{"size":20,"serial":""}]'),
      create('initialization', '(sensitive)'),
      create('name', 'web-1'),
      create('started', 'true'),
      create('tags', '["app.shop","nante"]'),
      create('description', '[cut {"off'),
    ]);
    expect(first.map(({ name, after }) => [name, after])).toEqual([
      ['name', 'web-1'],
      ['cpu.cores', '2'],
      ['disk[0].size', '10'],
      ['disk[1].size', '20'],
      ['initialization', '(sensitive)'],
      ['tags', 'app.shop, nante'],
      ['description', '[cut {"off'],
    ]);
    expect(rest.map(({ name, after }) => [name, after])).toEqual([
      ['agent.enabled', 'true'],
      ['agent.wait.ipv4', 'false'],
      ['cpu.limit', '0'],
      ['cpu.numa', 'false'],
      ['started', 'true'],
      ['boot_order', '(known after apply)'],
    ]);
  });

  it('of a change show only what differs inside a block', () => {
    const { first } = planRows([
      {
        name: 'disk',
        before: '[{"interface":"scsi0","size":10}]',
        after: '[{"interface":"scsi0","size":20},{"size":5}]',
      },
      { name: 'memory', before: '[{"dedicated":1024}]', after: null },
      { name: 'cpu', before: '[{"cores":1}]', after: '(known after apply)' },
    ]);
    expect(first).toEqual([
      { name: 'cpu', before: null, after: '(known after apply)' },
      { name: 'cpu.cores', before: '1', after: null },
      { name: 'memory.dedicated', before: '1024', after: null },
      { name: 'disk[0].size', before: '10', after: '20' },
      { name: 'disk[1].size', before: null, after: '5' },
    ]);
  });
});
