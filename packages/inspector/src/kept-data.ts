import type { Redactor } from '@stageflow/core/redaction'

import { roughSize } from './rough-size.ts'

/** Data of a run that is kept for readers, and about how many bytes it takes. */
export interface KeptData {
  readonly bytes: number
  /** A bounded copy without secrets. */
  shown(): unknown
}

/** Up to this size, in bytes, data is kept as it is, if it is frozen. It is redacted when a reader looks at it. */
const MOST_AS_IT_IS = 16_384

/** Keeps data within bounds. Of data that is large, isn't plain, or can change, only the copy that readers get is kept. */
export function keepData(data: unknown, redactor: Redactor): KeptData {
  const bytes = frozenSize(data)
  if (bytes <= MOST_AS_IT_IS) return { bytes, shown: () => redactor.value(data) }
  const copy = redactor.value(data)
  return { bytes: roughSize(copy, Infinity), shown: () => copy }
}

function frozenSize(data: unknown): number {
  try {
    return roughSize(data, MOST_AS_IT_IS, Object.isFrozen)
  } catch {
    return Infinity // a getter throws, or it is a revoked proxy
  }
}
