import {
  type TranslationFunction,
  createTranslationRef,
} from '@backstage/frontend-plugin-api';
import { activityMessages } from './activity/messages';
import { artifactsMessages } from './artifacts/messages';
import { checksMessages } from './checks/messages';
import { deploymentMessages } from './deployment/messages';
import { createMessages } from './create/messages';
import {
  deploymentsMessages,
  targetHealthMessages,
  taskMessages,
} from './deployments/messages';
import { fieldMessages } from './fields/messages';
import { homeMessages } from './home/messages';
import { hostMessages } from './host/messages';
import { targetMessages } from './host/targetMessages';
import { hostsMessages } from './hosts/messages';
import { powerMessages } from './host/powerMessages';
import { pipelineMessages } from './pipeline/messages';
import { impactMessages, repairMessages } from './run/repairMessages';
import { deliveryMessages } from './run/deliveryMessages';
import { runMessages } from './run/messages';
import { runsMessages } from './runs/messages';
import { workflowsMessages } from './workflows/messages';

/** Every sentence of our pages. An app translates or rewords them with a translation resource for this ref. */
export const infrastructureTranslationRef = createTranslationRef({
  id: 'infrastructure',
  messages: {
    state: {
      Healthy: 'Healthy',
      Running: 'Running',
      Waiting: 'Waiting',
      Attention: 'Attention',
      Failed: 'Failed',
      Stopped: 'Stopped',
      Unknown: 'Unknown',
      native: 'Proxmox says: {{word}}',
    },
    runState: {
      queued: 'Waiting',
      pending: 'Waiting',
      running: 'Running',
      succeeded: 'Succeeded',
      failed: 'Failed',
      cancelled: 'Canceled',
      skipped: 'Skipped',
    },
    task: taskMessages,
    targetHealth: targetHealthMessages,
    kind: { vm: 'VM', lxc: 'LXC', server: 'Server' },
    freshness: {
      updated: 'Updated {{age}} ago',
      refresh: 'Refresh',
      stale: '{{name}}: showing data from {{time}}',
      never: '{{name}}: no data yet',
      doubted:
        '{{name}} answers, and is not believed: showing data from {{time}}',
      readOnly:
        '{{name}} is read-only: everything is shown, nothing can be changed',
      failed: 'Refreshing failed — showing data from {{age}} ago',
    },
    problem: {
      forbidden: 'You may not see this',
      forbiddenWhat:
        'It needs the permission {{permission}}. The people who run this portal give it out.',
      notFound: 'Not found',
      title: 'This could not be loaded',
      retry: 'Try again',
      copy: 'Copy details',
    },
    copy: {
      label: 'Copy {{what}}',
      done: 'Copied',
      failed:
        'The browser does not let this page copy: select {{what}} and copy it by hand.',
    },
    meter: {
      cpu: 'CPU',
      memory: 'Memory',
      disk: 'Disk',
      of: '{{used}} of {{total}}',
      unknown: 'no figure',
      stopped: 'not running',
    },
    hosts: hostsMessages,
    host: hostMessages,
    checks: checksMessages,
    runs: runsMessages,
    run: runMessages,
    power: powerMessages,
    impact: impactMessages,
    repair: repairMessages,
    deployments: deploymentsMessages,
    deployment: deploymentMessages,
    artifacts: artifactsMessages,
    activity: activityMessages,
    home: homeMessages,
    create: createMessages,
    pipeline: pipelineMessages,
    workflows: workflowsMessages,
    target: targetMessages,
    delivery: deliveryMessages,
    field: fieldMessages,
  },
});

/** What says the sentences. */
export type Sentences = TranslationFunction<
  (typeof infrastructureTranslationRef)['T']
>;
