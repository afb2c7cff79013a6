import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { openJournal } from '@stageflow/durable-local'
import { inspector } from '@stageflow/inspector'
import { colored } from './colors.ts'

/** A page that shows the orders of a file, while other processes carry them. */
export interface Page {
  /** Resolves when a browser shows it. */
  opened(): Promise<void>
  /** Resolves at Ctrl-C. */
  stopped(): Promise<void>
  close(): Promise<void>
}

export async function openPage(path: string): Promise<Page> {
  const journal = openJournal(path, { readOnly: true })
  const page = inspector({ journal, data: true })
  const { url } = await page.listen()
  console.log(colored('bold', `Open ${url}`))
  return {
    async opened() {
      console.log('The story goes on once a browser shows it.')
      while (page.stats().readers === 0) await sleep(100)
    },
    async stopped() {
      console.log('The page stays open. Ctrl-C ends it.')
      await once(process, 'SIGINT')
    },
    async close() {
      await page.close()
      await journal.close()
    },
  }
}
