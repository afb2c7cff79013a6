import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { conclude, readText } from '../lib/workspace.mjs'

// Draws docs/images/run.svg: a real run of a chat, whose stages wait on a manual clock. So the picture is the same on every
// machine, and with --check it must be up to date. Needs no build: Node runs the sources of the packages.

export const PICTURE = 'docs/images/run.svg'

const packageOf = (root, name) => import(join(root, `packages/${name}/src/index.ts`))

export async function runPicture(root) {
  const [{ Pipeline, StageOutput }, { retry }, { manualClock }, { timelineSvg }] = await Promise.all(
    ['core', 'interceptor-retry', 'testing', 'report'].map((name) => packageOf(root, name)),
  )
  const clock = manualClock()
  const takes = (ms) => () => clock.sleep(ms)

  const search = new Pipeline('search')
    .withStage('embed', takes(110))
    .withStage('documents', takes(270), { dependencies: ['embed'] })
    .withStage('past_chats', takes(160), { dependencies: ['embed'] })
    .withStage('rank', takes(90), { dependencies: ['documents', 'past_chats'] })

  const chat = new Pipeline('chat')
    .withStage('input_guard', takes(140), 'guard')
    .withStage('profile', takes(210), 'enrich')
    .withPipeline('memory', search, { kind: 'enrich' })
    .withStage('weather', () => clock.sleep(120).then(() => StageOutput.fail('no city in the question')), 'enrich', {
      onFailure: 'skip',
    })
    .withStage(
      'llm',
      async ({ attempt }) => {
        await clock.sleep(attempt === 1 ? 180 : 640)
        return attempt === 1 ? StageOutput.retry('503: the model is busy') : { text: 'It is 21 degrees.' }
      },
      { dependencies: ['input_guard', 'profile', 'memory', 'weather'] },
    )
    .withStage('output_guard', takes(130), 'guard', { dependencies: ['llm'] })
    .withStage('save', takes(80), 'work', { dependencies: ['output_guard'] })
    .withStage('mail', takes(100), 'work', { dependencies: ['output_guard'], when: () => false })

  const graph = chat.build({ clock, interceptors: [retry({ baseMs: 150, jitter: 'none' })] })
  const running = graph.run({}, { maxConcurrency: 3 })
  await clock.runAll()
  const { report } = await running
  return timelineSvg(report, { pipeline: graph.info })
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '../..')
  const drawn = await runPicture(root)
  const file = join(root, PICTURE)
  if (process.argv.includes('--check')) {
    const problems = readText(file) === drawn ? [] : [`${PICTURE} is out of date. Run npm run generate.`]
    conclude(problems, `${PICTURE} is up to date.`)
  } else {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, drawn)
  }
}
