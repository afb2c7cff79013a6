import { StageflowError } from '@stageflow/core'

/** A request that is refused: the status of its answer, and an error whose message the reader gets. */
export class Refused extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export const unknownRun = (id: string): Refused =>
  new Refused(404, 'inspector/unknown-run', `There is no run ${JSON.stringify(id)} here.`)

export const pageClosed = (): StageflowError =>
  new StageflowError('inspector/closed', 'listen(): the page was closed. Make another one with inspector().')

/** The same for a method that the app calls. */
export const noSuchRun = (id: string): StageflowError =>
  new StageflowError(
    'inspector/unknown-run',
    `htmlOf(): there is no run ${JSON.stringify(id)} here. It may have been dropped to make room: raise maxBytes.`,
  )
