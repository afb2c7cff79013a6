import { inspector } from '@stageflow/inspector'
import type { InspectorOptions } from '@stageflow/inspector'

import { paint, print } from './terminal.ts'
import type { Terminal } from './terminal.ts'

/** Shows runs on a page of this machine, until the person stops it. */
export async function servePage(options: InspectorOptions, terminal: Terminal): Promise<void> {
  const page = inspector(options)
  const { url } = await page.listen()
  const note = 'Only this machine can open it, with the key in the link. Ctrl-C ends it.'
  print(terminal, `Open ${url}`, paint(terminal.output, 'dim', note))
  await terminal.untilStopped()
  await page.close()
}
