/** How far a job is. */
export interface Progress {
  readonly done: number;
  readonly of: number;
  /** Speed, in `unit`. */
  readonly rate: number;
  readonly unit: "images/s" | "trials/s" | "bits/s" | "losses/s" | "points/s";
  readonly note: string;
}

export type OnProgress = (progress: Progress) => void;

/** What a caller may hand to a long job. */
export interface JobOptions {
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}
