import { setEventSink } from '@stageflow/core'
import { inspector } from '@stageflow/inspector'

/** Shows the runs of this process on a page of this machine. Call it before the graph is built: it is the sink of the process. */
export async function openPage() {
  const page = inspector({ data: true })
  setEventSink(page)
  const { url } = await page.listen()
  return { url, close: () => page.close() }
}

/** Resolves at the next Ctrl-C. */
export const untilStopped = (): Promise<void> => new Promise((resolve) => process.once('SIGINT', () => resolve()))
