/** The workers that serve one version of the graph: a run stays with that which it began with. */
export interface Deployment {
  /** The folder with the sockets of all workers. */
  readonly sockets: string
  /** The address that is in front of them. */
  readonly url: string
}

/** What a process of the storm finds Restate with, and is found by. */
export interface Address {
  readonly url: string
  readonly adminUrl: string
  readonly old: Deployment
  readonly new: Deployment
  /** The file that says that the new version was deployed. */
  readonly hasNew: string
  /** The folder that the processes of the storm share. */
  readonly whereabouts: string
  /** The address that tries orders again. */
  readonly retries: string
  /** The folder in it with the names of the orders that were tried again. */
  readonly retried: string
}

export const WORKFLOW = 'order'
