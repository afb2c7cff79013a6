import { reportError } from '@stageflow/core/kit'
import { StageflowError } from '@stageflow/core'
import type { Clock } from '@stageflow/core'
import { CLOSE_TIMEOUT_MS, endWithin } from '@stageflow/core/kit'
import type { EndReport, WaitOptions } from '@stageflow/core/kit'
import type { Exporter } from './exporter.ts'

/** Closes the exporter behind a buffer. Rejects for the error in its report too. */
export async function closeBehind(exporter: Exporter, wait: WaitOptions): Promise<void> {
  const error = reportError(await exporter.close?.(wait))
  if (error !== undefined) throw error as Error
}

/** Closes an exporter within the limit, and passes the limit on to it. Doesn't reject. */
export function closeWithin(
  exporter: Exporter,
  called: string,
  limit: WaitOptions & { readonly clock: Clock },
): Promise<EndReport> {
  const late = (timeoutMs: number): Error =>
    new StageflowError(
      'exporter-buffered/close-timeout',
      `close() of ${called} took longer than ${timeoutMs} ms. Raise its timeoutMs, or find out why the exporter is slow.`,
    )
  return endWithin((wait) => exporter.close?.(wait), { timeoutMs: CLOSE_TIMEOUT_MS, ...limit, late })
}
