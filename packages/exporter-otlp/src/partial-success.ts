import type { Redactor } from '@stageflow/core/redaction'

import type { LogExporter } from './log-exporter.ts'

/** A receiver took a batch, but not all of it, or has something to say about it. */
export interface PartialSuccess {
  /** How many records it did not take. They must not be sent again. */
  readonly rejected: number
  /** How many there were in the batch. */
  readonly of: number
  /** In the receiver's words, cut and without secrets. */
  readonly message: string
}

/** The last answers of receivers, by exporter: two of ours may share one of theirs. */
const answers = new WeakMap<LogExporter, { last: unknown }>()

/**
 * Keeps what receivers answer. The official exporters of HTTP and protobuf only log it to `diag`: there is no other place
 * to learn of it than their response handler. An exporter that has none of that name works as before, without this.
 */
export function watchAnswers(exporter: LogExporter): void {
  const handler = read(read(exporter, '_delegate'), '_responseHandler')
  const handle = read(handler, 'handleResponse')
  if (typeof handle !== 'function' || answers.has(exporter)) return
  const seen: { last: unknown } = { last: undefined }
  answers.set(exporter, seen)
  Reflect.set(handler as object, 'handleResponse', (answer: unknown) => {
    seen.last = answer
    // Somebody else may use the exporter too, and asks nobody.
    queueMicrotask(() => (seen.last = undefined))
    Reflect.apply(handle, handler, [answer])
  })
}

/** What the receiver said of the batch whose success is being told: exporters tell it right after they have read the answer. */
export function takeAnswer(exporter: LogExporter, of: number, redactor: Redactor): PartialSuccess | undefined {
  const said = read(answers.get(exporter)?.last, 'partialSuccess')
  // In JSON a 64-bit number may be a text.
  const rejected = Math.min(of, Math.max(0, Math.trunc(Number(read(said, 'rejectedLogRecords') ?? 0)) || 0))
  const message = read(said, 'errorMessage')
  const text = typeof message === 'string' ? redactor.text(message) : ''
  return rejected === 0 && text === '' ? undefined : { rejected, of, message: text }
}

function read(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}
