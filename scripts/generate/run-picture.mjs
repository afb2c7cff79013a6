import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { conclude, readText } from '../lib/workspace.mjs'
import { boardPicture } from './board-picture.mjs'
import { gatePicture, interruptPicture, softPicture, streamPicture } from './edge-pictures.mjs'
import * as guides from './guide-pictures.mjs'
import { runReadme } from './readme-run.mjs'
import { tracePicture } from './trace-picture.mjs'
import { heroPicture, logo, previewPicture } from './site-pictures.mjs'

// Draws the pictures of the docs and of the site. Most are real runs as timelines, others the spans and the metrics of real runs. The stages
// wait on a manual clock. So the pictures are the same on every machine, and with --check they must be up to date. Needs no build: Node runs
// the sources of the packages.

const PICTURES = {
  'docs/images/readme.svg': readmePicture,
  'docs/images/run.svg': chatPicture,
  'docs/images/map.svg': mapPicture,
  'docs/images/edge-stream.svg': streamPicture,
  'docs/images/edge-gate.svg': gatePicture,
  'docs/images/edge-soft.svg': softPicture,
  'docs/images/interrupt.svg': interruptPicture,
  'docs/images/voice.svg': voicePicture,
  'docs/images/retry.svg': guides.retryPicture,
  'docs/images/timeout.svg': guides.timeoutPicture,
  'docs/images/cancel.svg': guides.cancelPicture,
  'docs/images/deadline.svg': guides.deadlinePicture,
  'docs/images/join.svg': guides.joinPicture,
  'docs/images/circuit.svg': guides.circuitPicture,
  'docs/images/idempotency.svg': guides.idempotencyPicture,
  'docs/images/fallback.svg': guides.fallbackPicture,
  'docs/images/loop.svg': guides.loopPicture,
  'docs/images/late.svg': guides.latePicture,
  'docs/images/child.svg': guides.childPicture,
  'docs/images/wait.svg': guides.waitPicture,
  'docs/images/killed.svg': guides.killedPicture,
  'docs/images/recovered.svg': guides.recoveredPicture,
  'docs/images/board.svg': boardPicture,
  'docs/images/trace.svg': tracePicture,
  'docs/images/hero.svg': heroPicture,
  'website/public/logo.svg': logo,
  'website/preview.svg': previewPicture,
}

async function packages(root) {
  const entries = [
    'cli/src/log-runs',
    'core/src/index',
    'core/src/durable',
    'core/src/edges',
    'core/src/repeat',
    'interceptor-circuit-breaker/src/index',
    'interceptor-deadline/src/index',
    'interceptor-fallback/src/index',
    'interceptor-idempotency/src/index',
    'interceptor-metrics/src/index',
    'interceptor-tracing/src/index',
    'interceptor-timeout/src/index',
    'interceptor-retry/src/index',
    'testing/src/index',
    'testing/src/durable',
    'report/src/index',
  ]
  const modules = entries.map((entry) => import(join(root, `packages/${entry}.ts`)))
  return Object.assign({}, ...(await Promise.all(modules)))
}

async function readmePicture({ timelineSvg, ...packages }, root) {
  const { report, pipeline } = await runReadme(root, packages)
  return timelineSvg(report, { pipeline })
}

async function chatPicture({ Pipeline, StageOutput, retry, manualClock, timelineSvg }) {
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

/** 20 letters, at most 16 at once. The service is busy for one of them, which is sent again. */
async function mapPicture({ Pipeline, retry, manualClock, timelineSvg }) {
  const clock = manualClock()
  const mail = new Pipeline('mail').withMap('letters', {
    over: () => Array.from({ length: 20 }, (_, index) => index),
    each: async (letter, { attempt }) => {
      await clock.sleep(40 + ((letter * 37) % 60))
      if (letter === 7 && attempt === 1) throw Object.assign(new Error('the service is busy'), { status: 503 })
      return { letter }
    },
  })
  const graph = mail.build({ clock, interceptors: [retry({ baseMs: 150, jitter: 'none' })] })
  const running = graph.run()
  await clock.runAll()
  const { report } = await running
  return timelineSvg(report, { pipeline: graph.info, width: 480 })
}

/** A check runs while the model answers, and a sentence is said and played while the model writes the next one. */
async function voicePicture({ Pipeline, gate, soft, stream, manualClock, timelineSvg }) {
  const clock = manualClock()
  const takes = (ms) => () => clock.sleep(ms)

  const turn = new Pipeline('turn')
    .withStage('profile', takes(60), 'enrich')
    .withStage('recognize', takes(250))
    .withStage('moderation', takes(120), 'guard', { dependencies: ['recognize'] })
    .withStage(
      'answer',
      async function* () {
        await clock.sleep(200)
        for (const sentence of ['Hello Ada.', 'It will be sunny in Paris today.', 'Take a hat.']) {
          await clock.sleep(12 * sentence.length)
          yield sentence
        }
      },
      { dependencies: ['recognize', gate('moderation'), soft('profile', { waitMs: 80 })] },
    )
    .withStage(
      'speech',
      async function* ({ inputs }) {
        for await (const sentence of inputs.stream('answer')) {
          await clock.sleep(80)
          yield sentence
        }
      },
      { dependencies: [stream('answer')] },
    )
    .withStage(
      'play',
      async ({ inputs }) => {
        for await (const sentence of inputs.stream('speech')) await clock.sleep(40 * sentence.length)
      },
      'work',
      { dependencies: [stream('speech')] },
    )
    .withStage('remember', takes(40), 'work', { dependencies: ['play'] })

  const graph = turn.build({ clock })
  const running = graph.run()
  await clock.runAll()
  const { report } = await running
  return timelineSvg(report, { pipeline: graph.info, width: 560 })
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '../..')
  const modules = await packages(root)
  const problems = []
  for (const [picture, draw] of Object.entries(PICTURES)) {
    const drawn = await draw(modules, root)
    const file = join(root, picture)
    if (!process.argv.includes('--check')) {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, drawn)
    } else if (readText(file) !== drawn) problems.push(`${picture} is out of date. Run npm run generate.`)
  }
  if (process.argv.includes('--check')) conclude(problems, `${Object.keys(PICTURES).length} pictures are up to date.`)
}
