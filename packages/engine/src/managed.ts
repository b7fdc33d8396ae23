import type { DesiredHost, LedgerEntry, OnboardedServer } from '@nante/model';

/** A host of ours as the bucket knows it. */
export interface ManagedHost {
  app: string;
  environment: string;
  name: string;
  connection: string;
  desired: DesiredHost;
  ledger?: LedgerEntry;
  /** Run that touched it last. */
  lastRunId?: string;
}

/** A server of ours that no Terraform makes, as the bucket knows it. */
export interface ManagedServer {
  app: string;
  environment: string;
  name: string;
  server: OnboardedServer;
  ledger?: LedgerEntry;
  lastRunId?: string;
}

/** A deployment target of ours as the ledger knows it: which machine of Octopus a host is, by recorded ids alone. */
export interface ManagedTarget {
  app: string;
  environment: string;
  /** Name of the host, or of the cluster. */
  host: string;
  /** Octopus connection. */
  connection: string;
  machineId: string;
  /** Certificate or host key that Octopus knew it by when it was registered. */
  thumbprint?: string;
  requestId: string;
  /** Run that registered it last. */
  runId: string;
}

/** A repository of ours as the ledger knows it. */
export interface ManagedRepository {
  app: string;
  /** GitHub connection. */
  connection: string;
  /** `owner/name` when it was made; a rename in GitHub keeps the id. */
  repository: string;
  /** GitHub's id. */
  repositoryId: string;
  runId: string;
}
