/** A known cause of a failure. */
export interface KnownCause {
  /** Id of the rule. */
  rule: string;
  /** What the first error, or what a play said of a host, looks like. */
  pattern: RegExp;
  /** The cause, one sentence; `$1` stands for what the pattern found first. */
  text: string;
  /** What to do about it. */
  remedy: string;
}

/** Rules in the order in which they are tried: what names its cause comes before what only shows it. */
export const knownCauses: readonly KnownCause[] = [
  {
    rule: 'stranded-state',
    pattern: /could not upload its state|could not upload the Terraform state/i,
    text: 'Terraform did its work, and the bucket refused or did not answer when it uploaded the state.',
    remedy:
      'See that the bucket answers, then finish the run on the machine that is named: the state is uploaded first.',
  },
  {
    rule: 'state-lock',
    pattern:
      /Terraform's (?:own )?lock is held by (.+?) \(|Error acquiring the state lock/i,
    text: 'Another Terraform works on the same state, or died without giving its lock back.',
    remedy:
      'Wait for that Terraform. When it is surely dead, release its lock with the command of the message.',
  },
  {
    rule: 'lock-held',
    pattern: /is locked by (\S+ \(run [^)]*\) since [^:]+(?::\d\d)*[^:]*)/i,
    text: 'The workspace is locked by $1.',
    remedy: 'Wait for that run, or cancel it; then finish this one.',
  },
  {
    rule: 'quota',
    pattern: /has \d+ hosts, and \d+ is the most for one owner/i,
    text: 'The owner has as many hosts as one owner may have.',
    remedy:
      'Destroy a host that nobody needs, or ask an operator to raise hostsPerOwner.',
  },
  {
    rule: 'address-pool-empty',
    pattern: /Every address of the pool of (\S+)/i,
    text: 'The address pool of $1 is used up.',
    remedy:
      'Destroy a host that nobody needs, or widen the pool of the environment.',
  },
  {
    rule: 'guest-ids-used-up',
    pattern: /Every guest id of (\S+) from/i,
    text: 'All guest ids that Nante may hand out on $1 are taken.',
    remedy: 'Widen vmIds of the connection.',
  },
  {
    rule: 'vmid-taken',
    pattern:
      /(?:VM|CT) (\d+) already exists|id (\d+) is taken in Proxmox|config file already exists/i,
    text: 'Somebody else made a guest with the id that this run had reserved.',
    remedy:
      'Undo the run and request the host again; keep the range of vmIds for Nante alone.',
  },
  {
    rule: 'template-missing',
    pattern:
      /The template .+ is not there any more|unable to find configuration file for VM|volume '[^']*vztmpl[^']*' does not exist|There is no template/i,
    text: 'The template that the guest is made from is gone, or lies on another node.',
    remedy: 'Choose another template, or bring it back; then finish the run.',
  },
  {
    rule: 'guest-locked',
    pattern: /can't lock file|cfs-lock|VM is locked \((\w+)\)|CT is locked/i,
    text: 'Proxmox held the lock of the guest or of its template for another operation.',
    remedy:
      'Look at the running tasks in Proxmox, wait for them, then finish the run.',
  },
  {
    rule: 'mesh-key',
    pattern:
      /invalid key: |auth ?key .*(?:expired|revoked|not valid|already used)|has no key for it/i,
    text: 'The key that lets the host join its tailnet is missing, used up or has expired.',
    remedy:
      'Finish the run: a new key is made for it. Where all hosts share TS_AUTHKEY, make a new one in the tailnet and set it first.',
  },
  {
    rule: 'mesh-tags',
    pattern:
      /requested tags (\[[^\]]*\]|\S+) are invalid or not permitted|requested tags/i,
    text: 'The OAuth client of the tailnet may not give the tags of the host: $1.',
    remedy:
      "Let a tag of the client own them in tagOwners of the tailnet's policy, or take them out of the configuration; then finish the run.",
  },
  {
    rule: 'mesh-client',
    pattern: /Tailscale (?:refused our OAuth client|does not let us)/i,
    text: 'The tailnet does not take our OAuth client, or the client lacks a scope.',
    remedy:
      'Make an OAuth client with the scopes auth_keys and devices:core, set TS_OAUTH_CLIENT_ID and TS_OAUTH_SECRET, and finish the run.',
  },
  {
    rule: 'mesh-missing',
    pattern: /(\S+) has not arrived in the mesh/i,
    text: 'The roles went well, and the tailnet does not list $1.',
    remedy:
      'Look at tailscale status on the host: it may have joined another tailnet, or wait for approval there.',
  },
  {
    rule: 'telemetry-refused',
    pattern:
      /OpenObserve .*(?:refuses our|\b401\b)|(?:alloy|remote.?write|loki).*\b401\b/i,
    text: 'OpenObserve does not take the user or the password.',
    remedy:
      'Correct OO_USER and OO_PASS in the source of the secrets, then finish the run.',
  },
  {
    rule: 'telemetry-unreachable',
    pattern:
      /OpenObserve at (\S+) (?:does not answer|answered HTTP|is not reachable|cannot be reached)/i,
    text: 'OpenObserve at $1 does not answer as it should.',
    remedy:
      'Check its address (OO_HOST, or url of the connection) and that it runs, then finish the run.',
  },
  {
    rule: 'first-sample',
    pattern: /No first sample of (\S+) arrived/i,
    text: '$1 is configured, and OpenObserve has heard nothing of it.',
    remedy:
      'On the host, look at journalctl -u alloy: the address, the way to OpenObserve, the credentials, or the clock is wrong. Then finish the run.',
  },
  {
    rule: 'storage-full',
    pattern:
      /not enough (?:free )?space|insufficient free space|storage .*(?:is full|has \d+ GiB free)|out of space|no space left on (?:storage|pool)|thin pool .* (?:full|data space)/i,
    text: 'The storage of Proxmox has no room for the disk.',
    remedy:
      'Free space on the storage, or choose another one or a smaller disk.',
  },
  {
    rule: 'disk-full',
    pattern:
      /No space left on device|disk quota exceeded|You don't have enough free space/i,
    text: 'The disk of the host is full.',
    remedy:
      'Make room on the host or give it a larger disk, then finish the run.',
  },
  {
    rule: 'host-key',
    pattern:
      /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED|another SSH host key than the pinned one/i,
    text: 'The host shows another SSH host key than the one that was pinned at the first contact.',
    remedy:
      'If the host was made anew, let its key be learned again; if not, somebody may stand between: look at its console.',
  },
  {
    rule: 'wrong-sudo',
    pattern:
      /Missing sudo password|a password is required|is not in the sudoers file|may not run sudo|Incorrect sudo password/i,
    text: 'The login user may not become root without a password.',
    remedy:
      'Correct the sudoers of the host, or onboard it again with a user who may.',
  },
  {
    rule: 'login-refused',
    pattern:
      /Permission denied \((?:publickey|password|keyboard)[^)]*\)|Too many authentication failures/i,
    text: 'The host does not take our SSH key for this user.',
    remedy:
      'Put our public key into the authorized_keys of that user, or correct the user.',
  },
  {
    rule: 'missing-python',
    pattern:
      /python3?: (?:command )?not found|No python interpreters? found|interpreter .*python.* (?:was not found|not found)|The module interpreter '[^']*python[^']*' was not found/i,
    text: 'The host has no Python, which Ansible needs there.',
    remedy:
      'Onboard the host again, which installs it, or install python3 by hand.',
  },
  {
    rule: 'other-system',
    pattern:
      /is for Debian and Ubuntu with systemd; this is (.+?)(?: with \S+)?\.|is no Debian or Ubuntu, but (.+?)\./i,
    text: 'Our roles are for Debian and Ubuntu, and the host is $1.',
    remedy:
      'Nothing was changed on it. Make the host from a template of Debian or Ubuntu, or leave the roles out.',
  },
  {
    rule: 'apt-lock',
    pattern:
      /Could not get lock \/var\/lib\/(?:dpkg|apt)|dpkg frontend lock|unattended-upgr/i,
    text: 'Another package manager works on the host, usually its automatic upgrades.',
    remedy: 'Wait a few minutes, then finish the run.',
  },
  {
    rule: 'mirror-unreachable',
    pattern:
      /Failed to (?:update apt cache|fetch)|Temporary failure resolving|Unable to connect to \S+:(?:http|80|443)|Could not resolve '[^']+'/i,
    text: 'The host does not reach the mirror that its packages come from.',
    remedy:
      'Check name servers, gateway and firewall of its network, then finish the run.',
  },
  {
    rule: 'role-argument',
    pattern:
      /The choice of software cannot be applied|Validation of arguments failed|missing required arguments|value of \S+ must be one of/i,
    text: 'A role refuses one of its arguments.',
    remedy:
      'Correct the arguments that are named; the form and the README of the role say what each takes.',
  },
  {
    rule: 'cloud-init',
    pattern:
      /cloud-init (?:did not|has not|failed|ended)|does not match what was asked|is not what was asked of cloud-init/i,
    text: 'The guest runs, and is not what cloud-init was asked to make of it.',
    remedy:
      'Look at /var/log/cloud-init-output.log in the guest; the template may lack cloud-init, or keep an earlier instance.',
  },
  {
    rule: 'never-boots',
    pattern:
      /exists and is not ready: |did not (?:boot|come up) (?:within|after)|agent (?:does not answer|is not running|never answered)|waiting for .*guest agent|(?:is|was) on, and (?:neither|nobody)|has not answered .* SSH/i,
    text: 'The guest is on, and does not get as far as answering: it does not boot, or its guest agent or network is missing.',
    remedy:
      'Look at its console in Proxmox; the template needs qemu-guest-agent, and the network a way to the guest.',
  },
  {
    rule: 'tls',
    pattern:
      /certificate|x509|self[- ]signed|is not trusted|unable to verify the first/i,
    text: 'The certificate of the other side is not trusted by this machine, or was made for another name.',
    remedy:
      'Name its authority by caFile, and use the name that stands in the certificate.',
  },
  {
    rule: 'missing-privilege',
    pattern:
      /lacks? (?:the privilege )?(\w+\.\w+(?:\.\w+)?) on (\S+)|Permission check failed \(([^)]+)\)/i,
    text: 'The Proxmox token lacks the privilege $1.',
    remedy:
      'Give a role with it to the token and to its user, then finish the run.',
  },
  {
    rule: 'credentials',
    pattern:
      /does not accept the token|invalid token value|\b401\b|InvalidAccessKeyId|SignatureDoesNotMatch|no such token/i,
    text: 'The other side does not accept our credentials.',
    remedy:
      'Check that the token or key exists, has not expired, and is complete; see docs/secrets.md.',
  },
  {
    rule: 'access-denied',
    pattern: /AccessDenied|\b403\b|refused to \w+ in/i,
    text: 'The other side knows us, and does not allow it.',
    remedy: 'Give our key or token the right that is named.',
  },
  {
    rule: 'killed',
    pattern:
      /was killed before it could say|The process that executed the run ended|out of memory|signal: killed/i,
    text: 'A process was killed from outside, often for lack of memory, or with its machine.',
    remedy: 'Finish the run: it goes on where it stopped.',
  },
  {
    rule: 'play-deadline',
    pattern: /The play did not end within (\d+) s/i,
    text: 'The play hung, and was stopped after $1 s.',
    remedy:
      'See on the host what the named task waits for, then finish the run.',
  },
  {
    rule: 'refused-connection',
    pattern: /connection refused|ECONNREFUSED/i,
    text: 'The machine answers, and nothing listens at that port.',
    remedy: 'Start the service, or correct address and port.',
  },
  {
    rule: 'unreachable-host',
    pattern:
      /No route to host|Network is unreachable|EHOSTUNREACH|ENETUNREACH|No SSH server answers|no such host|ENOTFOUND|Could not resolve hostname|cannot reach its node/i,
    text: 'There is no way from this machine to the other one: it is off, or a name, a route or a firewall is in between.',
    remedy: 'Check that it is on, and that this machine reaches its network.',
  },
  {
    rule: 'timeout',
    pattern:
      /timed? ?out|did not end within|deadline exceeded|ETIMEDOUT|did not answer several times|does not answer/i,
    text: 'The other side did not answer in time.',
    remedy: 'Check that it runs and is not overloaded, then finish the run.',
  },
];
