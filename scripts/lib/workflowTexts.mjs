// What the file of a workflow does not say, for its page: what nante does in its step, and how it ends when it cannot.

const records =
  'LAST --> summary["Job summary, annotations, outputs; run document in the bucket"]';

/** Lines of mermaid after the steps of the job, by workflow; `LAST` is the step that runs nante. */
const provision = guest => [
  'LAST --> check["Check: form, policy, quota, name, rights of the token"]',
  'check -->|something is wrong| refused["Refused, with all problems; nothing changed"]',
  'check --> plan["Lock, reserve id and address, Terraform plan"]',
  'plan -->|differs, without allow_change| refused',
  `plan --> create["Terraform apply: ${guest}, where there is a change"]`,
  'create --> ready["Log in, compare with what was asked"]',
  'ready --> roles["Ansible: roles in their order"]',
  'LAST -.->|skip_terraform| roles',
  'roles -->|octopus_environment, or it is a target| target["Octopus: registered, and its health check waited for"]',
  'target --> summary',
  'roles --> summary["Job summary, annotations, outputs; run document in the bucket"]',
];

const onboard = (made, afterwards) => [
  'LAST -->|without checked_run_id| look["Log in, learn host keys, ask Ansible what would change"]',
  'look --> shown["Summary: host keys, changes, and the run id; nothing changed"]',
  'LAST -->|with checked_run_id| same["The same host keys and inputs as in that check?"]',
  'same -->|no| refused["Refused; nothing changed"]',
  `same -->|yes| play["Ansible: ${made}"]`,
  ...afterwards,
];

const deploying = work => [
  'LAST --> check["Check: form, policy, what is there now"]',
  'check -->|something is wrong| refused["Refused, with all problems; nothing changed"]',
  ...work,
  'first -->|healthy in time| summary["Job summary, outputs; the release is kept"]',
  'first -->|not healthy| returned["The last good one is brought back and looked at; the first of all is taken away"]',
  'returned --> failed["Fails, and says both"]',
];

/** @type {Record<string, string[]>} */
export const pictures = {
  provision: provision('the machine'),
  'provision-lxc': provision('the container'),
  destroy: [
    'LAST --> confirmed{"confirm = host_name?"}',
    'confirmed -->|no| refused["Refused; nothing is even asked"]',
    'confirmed -->|yes| ours["Stamp, id and ledger agree that it is ours?"]',
    'ours -->|no| refused',
    'ours -->|yes| target["Its deployment target is removed from Octopus, where it has one"]',
    'target --> gone["Terraform destroys this host alone; id and address are free again"]',
    records.replace('LAST', 'gone'),
  ],
  onboard: onboard('user, keys, the roles', [
    'play --> kept["The server is in the records"]',
    'kept -->|octopus_environment| target["Octopus: registered, and its health check waited for"]',
    'target --> summary',
    'kept --> summary["Job summary, outputs"]',
  ]),
  bootstrap: onboard('administrator, keys, Python', [
    'play --> summary["Job summary, outputs; server in the records"]',
  ]),
  ci: [
    's2 -->|it does not build| stopped["Stopped: nothing is published"]',
    's3 -->|a test fails| stopped',
    's4 -->|a finding at scan_threshold or above| stopped',
    's4 -.->|publish: false| done["Summary; nothing left the runner"]',
    's5 --> nexus["Nexus: the same bytes there already are success, others are refused"]',
    's6 -->|create_release| octopus["Octopus: a release, with commit and build"]',
  ],
  'deploy-docker': deploying([
    'check --> first["Each host in turn: Ansible role app-deploy, Compose, the image by its digest"]',
  ]),
  'deploy-k8s': deploying([
    'check --> first["Helm: chart of the sources or of Nexus, or manifests; waits for the rollout"]',
  ]),
  'full-pipeline': [
    'ci -->|a test or the scan fails| stopped["Stopped: nothing is published or deployed"]',
    'deploy -->|not healthy| returned["return_on_failure: the last good release is deployed again; the workflow fails"]',
    'afterwards --> summary["Roles are applied, first samples have arrived, health_url answers"]',
  ],
};

const common = [
  '**Refused** (exit code 2 or 3): the annotation names every problem at once, and nothing was changed. Correct the inputs and start the workflow again.',
  '**Locked** (4): another run works on the same app and environment, by whichever door. The message names it and links to it. Repeat it later.',
  '**Unreachable** (5): a system does not answer, or refuses our credentials. The message names it.',
];

const cancelled =
  '**Cancelled, or the job is killed**: GitHub gives a job about ten seconds. Terraform is asked once to stop and ends by itself, also when the job is gone; the next run of the workspace on that runner waits for it and goes on from a true state. "Re-run" takes the same run up again.';

const making = [
  ...common,
  '**Failed half way** (1): what was made stays, is listed in the summary, and is finished when you repeat the workflow; `nante repair` and the page of the run show the other ways out. Where nothing was made, everything was rolled back.',
  cancelled,
];

const building = [
  '**It does not build, a test fails, or the scan finds something** at `scan_threshold` or above: the annotation has the lines that matter, the summary the rest. Nothing was published.',
  '**No scanner, no builder of images**: the annotation says what to put on the `PATH` of the runner, or that `tools_mirror` names where the pinned ones lie. Nothing is published without a scan.',
  '**Another file of this version is there** (2): a version stays what it was. Name another; the same commit in a re-run gives the same bytes, and is success.',
];

const broughtBack =
  '**Not healthy in time** (1): the version before is there again, and the annotation says both and why. Output `returned_to` names it.';

/** How each workflow ends when it cannot do what was asked, as Markdown. */
export const failures = {
  provision: making,
  'provision-lxc': making,
  destroy: [
    ...common,
    '**Failed half way** (1): what is gone is gone, and the ledger knows what is not. Repeat the workflow.',
    cancelled,
  ],
  onboard: [
    ...common,
    '**Failed half way** (1): the summary has the task and what the server said. Repeat it with the same `checked_run_id`: roles can be applied as often as you like.',
    cancelled.replace('Terraform is', 'Ansible is'),
  ],
  ci: [
    ...building,
    ...common,
    '**Cancelled, or the job is killed**: nothing is left of an upload that was cut. "Re-run" takes the same run up again.',
  ],
  'deploy-docker': [
    ...common,
    broughtBack,
    cancelled.replace('Terraform is', 'Ansible is'),
  ],
  'deploy-k8s': [
    ...common,
    broughtBack,
    '**Cancelled, or the job is killed** while Helm works: the next run finds the release pending, goes back to its last good revision, and deploys.',
  ],
  'full-pipeline': [
    ...building,
    ...common,
    '**Not healthy after the deployment** (1): with `return_on_failure` the release before is deployed again, and `returned_to` names it. The workflow fails all the same.',
    '**The host, but not the app**: what is done stays done. Repeat the workflow, or "Re-run failed jobs": what is there is found, and only the rest is made.',
    '**Back to an older release**: start it by hand with `version`; nothing is built.',
  ],
  bootstrap: [
    ...common,
    '**Failed half way** (1): the summary has the task and what the server said. Repeat it with the same `checked_run_id`.',
    cancelled.replace('Terraform is', 'Ansible is'),
  ],
};
