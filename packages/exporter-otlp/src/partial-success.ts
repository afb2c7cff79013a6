import { read } from '@stageflow/core/kit'
import type { Redactor } from '@stageflow/core/redaction'

import type { LogExporter } from './log-exporter.ts'

/** A receiver took a batch without all of its records, or has a message about it. */
export interface PartialSuccess {
  /** Records that it did not take. They must not be sent again. */
  readonly rejected: number
  /** Records of the batch. */
  readonly of: number
  /** The message of the receiver, cut and redacted. */
  readonly message: string
}

/** The last responses, by log exporter: two `OtlpExporter`s may share one. */
const answers = new WeakMap<LogExporter, { last: unknown }>()

/**
 * Keeps the responses of receivers. The official exporters only log them to `diag`, so they are read from the response handler.
 * An exporter without such a handler works without partial success.
 */
export function watchAnswers(exporter: LogExporter): void {
  const handler = read(read(exporter, '_delegate'), '_responseHandler')
  const handle = read(handler, 'handleResponse')
  if (typeof handle !== 'function' || answers.has(exporter)) return
  const seen: { last: unknown } = { last: undefined }
  answers.set(exporter, seen)
  Reflect.set(handler as object, 'handleResponse', (answer: unknown) => {
    seen.last = answer
    // The app may use the log exporter as well, and never takes the response.
    queueMicrotask(() => (seen.last = undefined))
    Reflect.apply(handle, handler, [answer])
  })
}

/** The partial success of the batch that has just succeeded: log exporters call back right after they read the response. */
export function takeAnswer(exporter: LogExporter, of: number, redactor: Redactor): PartialSuccess | undefined {
  const said = read(answers.get(exporter)?.last, 'partialSuccess')
  // In JSON a 64-bit number may be a string.
  const rejected = Math.min(of, Math.max(0, Math.trunc(Number(read(said, 'rejectedLogRecords') ?? 0)) || 0))
  const message = read(said, 'errorMessage')
  const text = typeof message === 'string' ? redactor.text(message) : ''
  return rejected === 0 && text === '' ? undefined : { rejected, of, message: text }
}
