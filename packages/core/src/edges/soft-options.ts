/** The options of a soft edge. */
export interface SoftOptions {
  /** How long the stage waits for the data once nothing else is missing, in ms. 0: not at all. */
  readonly waitMs: number
}
