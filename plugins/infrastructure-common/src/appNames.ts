/** `GET /app-names/:name`: whether a new application may be called so. */
export interface AppNameResponse {
  /** `own`: it is there, and belongs to a group of the person, who may go on with it. */
  state: 'free' | 'own' | 'taken';
  /** What has the name already: its owner as an entity ref where the catalog has it, or the page of a repository. */
  by?: {
    kind: 'component' | 'system' | 'repository';
    owner?: string;
    url?: string;
  };
  /** Those that did not answer; the name is looked up once more when the request starts. */
  unasked: ('catalog' | 'github')[];
}
