/** What a process of the storm finds Restate with, and is found by. */
export interface Address {
  readonly url: string
  readonly adminUrl: string
  /** The folder with the sockets of all workers. */
  readonly sockets: string
  /** The address that is in front of them. */
  readonly deployment: string
  /** The folder that the processes of the storm share. */
  readonly whereabouts: string
  /** The folder in it with the names of the orders that were tried again. */
  readonly retried: string
}

export const WORKFLOW = 'order'
