import { join } from 'node:path'

import { Pipeline, StageOutput } from '@stageflow/core'
import { retry } from '@stageflow/interceptor-retry'

import { launchBrowser, openPage } from './browser.mjs'
import { gateway, pause, servedPage } from './page-runs.mjs'

// Draws the picture of the page in the docs: a chat in progress. Times differ from run to run, so no check compares it. Look at it before
// you commit it.

const PICTURE = join(import.meta.dirname, '../../../../docs/images/inspector.png')
const WORDS =
  'A stage is one step of a pipeline: code with a name and a list of what it reads. Stages that read nothing of each other '

const { page: look, url, watched } = await servedPage({ data: true })
const end = gateway()
const graph = new Pipeline('chat')
  .withStage('input_guard', () => pause(140), 'guard')
  .withStage('profile', () => StageOutput.skip('the session is new'), 'enrich')
  .withStage('library', () => pause(820).then(() => ({ hits: 3 })), 'enrich')
  .withStage('memory', () => pause(160), 'enrich', { dependencies: ['input_guard', 'library'] })
  .withStage(
    'llm',
    async function* ({ attempt }) {
      await pause(220)
      if (attempt === 1) return StageOutput.retry('503: the model is busy')
      for (const word of WORDS.matchAll(/\S+\s/g)) {
        yield word[0]
        await pause(45)
      }
      await end.promise
      return { text: WORDS }
    },
    { dependencies: ['input_guard', 'profile', 'memory'], join: 'settled' },
  )
  .withStage('output_guard', () => pause(40), 'guard', { dependencies: ['llm', 'memory'] })
  .withStage('persist', () => pause(20), 'work', { dependencies: ['output_guard', 'input_guard'] })
  .build({ ...watched, interceptors: [retry({ baseMs: 150, jitter: 'none' })] })

const browser = await launchBrowser()
const running = graph.start()
const link = `${url}&${new URLSearchParams({ run: running.pipelineRunId, stage: 'llm' }).toString()}`
const { page } = await openPage(browser, link, { viewport: { width: 1280, height: 640 }, colorScheme: 'light' })
await page.getByText('nothing of each other').waitFor()
await page.screenshot({ path: PICTURE, animations: 'disabled' })
end.resolve()
await running.result
await browser.close()
await look.close()
