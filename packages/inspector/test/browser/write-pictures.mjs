import { join } from 'node:path'

import { Pipeline, StageOutput } from '@stageflow/core'
import { retry } from '@stageflow/interceptor-retry'

import { launchBrowser, openPage } from './browser.mjs'
import { gateway, pause, servedPage } from './page-runs.mjs'

// Draws the pictures of the page in the docs: a chat in progress, in a light and a dark window. Times differ from run to run, so no check
// compares them. Look at them before you commit them.

const IMAGES = join(import.meta.dirname, '../../../../docs/images')
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
const pages = await Promise.all(
  ['light', 'dark'].map(async (colorScheme) => {
    const { page } = await openPage(browser, link, { viewport: { width: 1280, height: 640 }, colorScheme })
    return { page, path: join(IMAGES, `inspector-${colorScheme}.png`) }
  }),
)
for (const { page } of pages) await page.getByText('nothing of each other').waitFor()
await Promise.all(pages.map(({ page, path }) => page.screenshot({ path, animations: 'disabled' })))
end.resolve()
await running.result
await browser.close()
await look.close()
