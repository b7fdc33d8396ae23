export interface Config {
  /** What the portal, the workflows and the command line must agree on, and where this portal works. */
  infrastructure?: {
    /**
     * Directory for Terraform's work, one folder for each workspace. It has to survive a restart of the portal.
     * Relative paths start at the root of the repository.
     */
    workDirectory: string;
    /** Folder of the Terraform root. Left out: `terraform/` of this repository. */
    terraformRoot?: string;

    /** Where the values of the names in docs/secrets.md come from. No value ever stands in this file. */
    secrets?: {
      /** `doppler` (the default), or `environment` where Doppler is not used. */
      source?: 'doppler' | 'environment';
      /** How Doppler is reached. Its token comes from the environment variable DOPPLER_TOKEN. */
      doppler?: {
        /** Address of the Doppler API, `https://api.doppler.com` unless given. */
        apiHost?: string;
        /** Doppler project to read. Without effect with a service token, which is bound to one config. */
        project?: string;
        /** Doppler config to read. Without effect with a service token. */
        config?: string;
      };
    };

    /** The bucket with Terraform's state and our records; its address is the secret STATE_S3_ENDPOINT. */
    state?: {
      /** PEM file with the private CA of the S3 store. */
      caFile?: string;
    };

    /** Which Terraform does the work. */
    terraform?: {
      /** Path or name of `terraform` or `tofu`; `terraform` unless given. */
      binary?: string;
      /** Which of the two the binary is; told from its name unless given. A workspace keeps the tool that made it. */
      tool?: 'terraform' | 'tofu';
      /** Where Terraform gets the Proxmox provider from. */
      provider?: {
        /** Directory of a filesystem mirror; left out: the registry. */
        mirror?: string;
      };
    };

    /** Which Ansible configures hosts. Where there is none, hosts are made and not configured. */
    ansible?: {
      /** Folder with `ansible-playbook`. Left out: `.tools/python/bin` of this repository, else the PATH. */
      bin?: string;
      /** Folder with the playbooks and roles. Left out: `ansible/` of this repository. */
      project?: string;
    };

    /** Outside systems by name. A template names a connection, never an address. */
    connections: {
      [name: string]: {
        /**
         * Kind of system: a cluster, a tailnet that hosts join, an OpenObserve that they report to, a space of an Octopus
         * that deploys to them, a Nexus with artifacts, an organization of GitHub, or a Kubernetes that apps are deployed to.
         */
        type:
          | 'proxmox'
          | 'tailscale'
          | 'openobserve'
          | 'octopus'
          | 'nexus'
          | 'github'
          | 'kubernetes';
        /**
         * Address of the API, for example `https://pve.example.com:8006`. Left out: the secret PROXMOX_API_URL, OO_HOST,
         * OCTOPUS_SERVER_URL, NEXUS_URL or GITHUB_API_URL, or Tailscale's and GitHub's own.
         */
        url?: string;
        /** PEM file with the private CA of the API. */
        caFile?: string;
        /** Proxmox: name of the secret that holds the id of the API token; PROXMOX_TOKEN_ID unless given. */
        tokenId?: string;
        /** Proxmox: name (not the value) of the secret that holds the token's secret; PROXMOX_TOKEN_SECRET unless given. */
        tokenSecret?: string;
        /** Tailscale: the tailnet; `-`, the one of the OAuth client, unless given. */
        tailnet?: string;
        /** Tailscale: control server of one's own, such as headscale, that hosts join. */
        controlUrl?: string;
        /** Tailscale: name of the secret with the id of an OAuth client; TS_OAUTH_CLIENT_ID unless given. */
        clientId?: string;
        /** Tailscale: name of the secret with the secret of that client; TS_OAUTH_SECRET unless given. */
        clientSecret?: string;
        /** Tailscale: name of the secret with a key for all hosts, where there is no such client; TS_AUTHKEY unless given. */
        authKey?: string;
        /** Tailscale: tags of every host; `[tag:nante]` unless given. */
        tags?: string[];
        /** OpenObserve: organization; `default` unless given. GitHub: login of the organization, or user, of new repositories. */
        organization?: string;
        /** OpenObserve: name of the secret with the user; OO_USER unless given. */
        user?: string;
        /** OpenObserve and Nexus: name of the secret with the password; OO_PASS or NEXUS_PASSWORD unless given. */
        password?: string;
        /** Octopus: name or id of the space. Left out: the secret OCTOPUS_SPACE_ID. */
        space?: string;
        /** Octopus: name of the secret with the API key; OCTOPUS_API_KEY unless given. */
        apiKey?: string;
        /** Octopus: address at which a polling Tentacle reaches the server; the host of `url`, port 10943, unless given. */
        pollingUrl?: string;
        /** Octopus: SSH account by name for targets of style `ssh`; the one whose user is the host's unless given. */
        sshAccount?: string;
        /** Octopus: requests a minute that this portal may send; 150 unless given. */
        requestsPerMinute?: number;
        /** Nexus: name of the secret with the user; NEXUS_USERNAME unless given. */
        username?: string;
        /** Nexus: repositories that the pages look into, by name; all that the user may see unless given. */
        repositories?: string[];
        /** GitHub: name of the secret with the token; GH_PAT unless given. */
        token?: string;
        /** GitHub: name of the secret with the token of Doppler that new repositories get; CI_DOPPLER_TOKEN unless given. */
        dopplerToken?: string;
        /** GitHub: where it sends events of workflows, this portal's `/api/events/http/github`. Left out: the portal asks. */
        webhookUrl?: string;
        /** GitHub: name of the secret that signs those events; GITHUB_WEBHOOK_SECRET unless given. */
        webhookSecret?: string;
        /** GitHub: the release of this repository whose workflows new repositories call. */
        workflows?: {
          /** Where it is, `owner/name`. */
          repository: string;
          /** Its commit. */
          commit: string;
          /** Its tag, such as `v1.4.0`. */
          version: string;
        };
        /** GitHub: labels of the runners that jobs ask for; `[self-hosted, linux]` unless given. */
        runnerLabels?: string[];
        /** Kubernetes: name of the secret with its kubeconfig; K8S_KUBECONFIG unless given. */
        kubeconfig?: string;
        /** Kubernetes: context of the kubeconfig; its current one unless given. */
        context?: string;
        /** All but a tailnet and OpenObserve: everything is shown, nothing can be changed. */
        readOnly?: boolean;
        /** Proxmox: guest ids that are handed out; a range of our own avoids races with people who take the next free id. */
        vmIds?: {
          /** First id. */
          from: number;
          /** Last id. */
          to: number;
        };
      };
    };

    /** Environments that a host can be asked for in. */
    environments: {
      [name: string]: {
        /** Name shown to people. */
        title: string;
        /** Name of the Proxmox connection; an environment names exactly one. */
        connection: string;
        /** Linux bridge on the nodes; `vmbr0` unless given. */
        bridge?: string;
        /** VLAN tag; null for untagged. */
        vlan: number | null;
        /** Subnet in CIDR notation, for example `10.30.0.0/24`. */
        subnet: string;
        /** Gateway of the subnet. */
        gateway: string;
        /** Name servers; empty means what DHCP or the template says. */
        nameservers?: string[];
        /** Search domain. */
        domain?: string;
        /** How a host gets its address: from DHCP, or from a pool of ours. */
        addressing: {
          /** `dhcp` or `pool`. */
          type: 'dhcp' | 'pool';
          /** First address of the pool. */
          from?: string;
          /** Last address of the pool. */
          to?: string;
        };
        /** Names of the sizes that may be asked for here. */
        sizes: string[];
        /** VLANs that a request may name instead of the environment's own; a host there gets its address by DHCP. */
        otherVlans?: number[];
        /** Name of the Tailscale connection whose tailnet hosts join. */
        mesh?: string;
        /** Tags of the hosts here, beside those of the connection. */
        meshTags?: string[];
        /** Name of the OpenObserve connection that hosts report to. */
        telemetry?: string;
        /** Name of the Octopus connection that deploys here: hosts can become its targets. */
        octopus?: string;
        /** Its environment by name; the one with this environment's name unless given. */
        octopusEnvironment?: string;
        /** Name of the Kubernetes connection that apps here are deployed to. Left out: apps name theirs, or there is only one. */
        cluster?: string;
        /** Who does the work: the portal itself (the default), or the workflow that it starts in the app's repository. */
        worker?: 'portal' | 'workflow';
        /** Defaults of role variables here, before those of the site. */
        roleDefaults?: { [variable: string]: unknown };
        /** Only operators may create or destroy here. */
        restricted?: boolean;
      };
    };

    /** Sizes that the form offers. */
    sizes: {
      [name: string]: {
        /** Name shown to people. */
        title: string;
        /** Virtual CPUs. */
        cores: number;
        /** Memory in MiB. */
        memoryMb: number;
        /** System disk in GiB. */
        diskGb: number;
        /** Only operators may ask for it. */
        restricted?: boolean;
      };
    };

    /** Defaults of role variables at this site, such as a mirror of a package repository. No secrets. */
    roleDefaults?: { [variable: string]: unknown };

    /** What may be asked for at all. */
    policy?: {
      /** Nodes that guests may be placed on; empty means all. */
      nodes?: string[];
      /** Storages that disks may be placed on; empty means all. */
      storages?: string[];
      /** Most hosts that one owner may have, over all environments; 20 unless given. */
      hostsPerOwner?: number;
      /** Upper bounds of a size that a person types in by hand. */
      maximum?: {
        /** Virtual CPUs. */
        cores: number;
        /** Memory in MiB. */
        memoryMb: number;
        /** System disk in GiB. */
        diskGb: number;
      };
      /** Login user made in VMs; `ops` unless given. */
      user?: string;
      /** Kinds of guests that may be asked for. */
      kinds?: ('vm' | 'lxc')[];
      /** Doors without a sign-in whose users count as operators; the terminal unless given. */
      operatorDoors?: ('cli' | 'workflow')[];
    };

    /** How hosts stand in the catalog. */
    catalog?: {
      /** Entity ref of the owner of what we did not make: clusters, nodes and unmanaged guests. */
      defaultOwner?: string;
      /** When Proxmox is read; every 60 seconds with 30 seconds to answer unless given. */
      schedule?: {
        /** Time between two looks, for example `{ seconds: 60 }`. */
        frequency: object;
        /** Time that one look may take; shorter than the frequency. */
        timeout: object;
      };
    };

    /** How runs of workflows are followed. */
    workflows?: {
      /** Most requests a minute that one replica of the portal sends to GitHub for it; 60 unless given. Where webhooks arrive, few are needed. */
      requestsPerMinute?: number;
    };

    /** Set by the sandbox's own configuration only. */
    sandbox?: {
      /** `endpoints.json` of the running sandbox: addresses, authorities and tokens of its stand-ins. */
      endpointsFile: string;
    };
  };
}
