/**
 * What the server keeps, in the vendor's shapes. `Links`, and whatever follows from the rest (a task's `IsCompleted`), are
 * added when they are answered; absent stands for the vendor's null. Times are ISO 8601 in UTC.
 */
export interface OctopusDocument {
  Id: string;
}

/** A document of one space. */
export interface SpaceDocument extends OctopusDocument {
  SpaceId: string;
}

export interface NamedDocument extends SpaceDocument {
  Name: string;
  Slug: string;
  Description: string;
}

export interface Space extends OctopusDocument {
  Name: string;
  Slug: string;
  Description: string;
  IsDefault: boolean;
  TaskQueueStopped: boolean;
}

export interface SensitiveValue {
  HasValue: boolean;
  NewValue: string | null;
  Hint?: string | null;
}

/** Value of a property: text, or a sensitive one. */
export type PropertyValue = string | SensitiveValue;

/** A sensitive value; its id is `<document id>.<field>`, for example `Accounts-1.PrivateKeyFile`. */
export interface Secret extends OctopusDocument {
  Value: string;
}

export interface OctopusEvent extends OctopusDocument {
  SpaceId?: string;
  Category: string;
  Occurred: string;
  UserId: string;
  Username: string;
  Message: string;
  RelatedDocumentIds: string[];
}
