import type { NamedDocument, SpaceDocument } from './common';

export type HealthStatus =
  'Healthy' | 'HasWarnings' | 'Unhealthy' | 'Unavailable' | 'Unknown';

/** How the server reaches a machine; fields by `CommunicationStyle` as the vendor's subtypes have them. */
export interface Endpoint {
  CommunicationStyle: string;
  /** Of a Tentacle: `https://host:10933/` or `poll://…/`; of SSH `ssh://host:22/`. */
  Uri?: string;
  Thumbprint?: string;
  /** SSH. */
  Host?: string;
  Port?: number;
  Fingerprint?: string;
  AccountId?: string;
  /** Kubernetes. */
  ClusterUrl?: string;
  Namespace?: string;
  [more: string]: unknown;
}

export interface Machine extends SpaceDocument {
  Name: string;
  Slug: string;
  EnvironmentIds: string[];
  Roles: string[];
  MachinePolicyId: string;
  IsDisabled: boolean;
  /** A task works on it. */
  IsInProcess: boolean;
  HealthStatus: HealthStatus;
  StatusSummary: string;
  HasLatestCalamari: boolean;
  Endpoint: Endpoint;
  OperatingSystem?: string;
  ShellName?: string;
  ShellVersion?: string;
  Architecture?: string;
  SkipInitialHealthCheck: boolean;
  TenantedDeploymentParticipation: string;
  /** What the last check found, for `machines/{id}/connection`. */
  Connection?: {
    LastChecked: string;
    Status: 'Online' | 'Offline' | 'Unknown';
    CurrentTentacleVersion?: string;
    Logs: string[];
  };
}

export interface MachinePolicy extends SpaceDocument {
  Name: string;
  Description: string;
  IsDefault: boolean;
  /** The vendor's groups of settings, as they were sent. */
  Settings: Record<string, unknown>;
}

/** Fields of the subtype beside; secrets are `{ HasValue, NewValue: null }` here and stand in `secrets`. */
export interface Account extends NamedDocument {
  AccountType: string;
  EnvironmentIds: string[];
  Username?: string;
  [more: string]: unknown;
}

export interface Certificate extends SpaceDocument {
  Name: string;
  Thumbprint: string;
  [more: string]: unknown;
}

export interface Feed extends SpaceDocument {
  Name: string;
  Slug: string;
  FeedType: string;
  FeedUri?: string;
  Username?: string;
  [more: string]: unknown;
}
