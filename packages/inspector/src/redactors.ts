import { createRedactor } from '@stageflow/core/redaction'
import type { RedactionOptions, Redactor } from '@stageflow/core/redaction'

/** What takes secrets out before anything is shown. */
export interface Redactors {
  /** For names, errors, reasons and notes. */
  readonly facts: Redactor
  /** For data: more of it is shown. */
  readonly data: Redactor
  /** For the end of long texts, which is cut afterwards. */
  readonly chunks: Redactor
}

const DATA_BOUNDS: RedactionOptions = { maxTextLength: 4_096, maxEntries: 200, maxDepth: 8, maxLength: 32_768 }
/** More than the text of chunks that is kept. */
const CHUNK_TEXT = 16_384

export function createRedactors(redaction: RedactionOptions | false): Redactors {
  return {
    facts: createRedactor(redaction),
    data: createRedactor(redaction, DATA_BOUNDS),
    chunks: createRedactor(redaction && { ...redaction, maxTextLength: CHUNK_TEXT }, { maxTextLength: CHUNK_TEXT }),
  }
}
