import { checkGiven, requiredFunction } from './argument-rules.ts'

const RULES = { end: requiredFunction('() => Promise') }

/** The end of something that is closed once, however often `close()` is called. */
export class Closing<Report> {
  /** What `close()` resolves with; undefined until it was called. */
  report: Promise<Report> | undefined

  /** Calls `end` the first time. Later calls return the same report, even those that come from within `end`. */
  close(end: () => Promise<Report>): Promise<Report> {
    if (this.report === undefined) {
      checkGiven('close()', { end }, RULES)
      const { promise, resolve } = Promise.withResolvers<Report>()
      this.report = promise
      resolve(end())
    }
    return this.report
  }
}
