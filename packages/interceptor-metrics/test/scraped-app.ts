import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import type { BuildOptions, Interceptor, StageContext } from '@stageflow/core'
import { stream } from '@stageflow/core/edges'
import { manualClock, recordingSink } from '@stageflow/testing'

import { metrics } from '../src/metrics.ts'

// An app that serves its metrics. Each scrape finds runs of every ending, and others in progress.

/** When Prometheus scrapes, the runs that started for this scrape are this old, in ms. */
const AGE_AT_SCRAPE = 100

export interface ScrapedApp {
  /** host:port */
  readonly target: string
  /** Ends the runs and the server. */
  close(): Promise<void>
}

export async function startApp(): Promise<ScrapedApp> {
  const clock = manualClock()
  const observer = metrics()
  const eventSink = recordingSink({ refuse: ({ seq }) => seq % 3 === 1 })
  const start = runsOf({ interceptors: [doorkeeper, askAgain, observer], clock, eventSink })
  let running: Promise<unknown> = Promise.resolve()

  const endRuns = async (): Promise<void> => {
    await clock.runAll()
    await running
  }
  async function scrape(): Promise<string> {
    await endRuns()
    running = Promise.all(start())
    await clock.advance(AGE_AT_SCRAPE)
    return observer.registry.metrics()
  }
  const server = createServer((_, response) => {
    response.setHeader('content-type', observer.registry.contentType)
    void scrape().then((text) => response.end(text))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await endRuns()
    },
  }
}

const doorkeeper: Interceptor = {
  name: 'doorkeeper',
  wrapRun: (next) => (run) => (run.snapshot.inputText === 'refuse' ? run.fail('no ticket') : next(run)),
}

const askAgain: Interceptor = {
  name: 'ask-again',
  wrap: (next) => async (context) => {
    const first = await next(context.fork().context)
    return first.status === 'retry' ? next(context.fork().context) : first
  },
}

function failure(code: string): StageOutput<never> {
  return StageOutput.fail(Object.assign(new Error('no answer'), { code }))
}

/** A function that starts one run of each kind. */
function runsOf(options: BuildOptions<{}>): () => Promise<unknown>[] {
  let calls = 0
  const sleep = (ms: number) => async (context: StageContext<{}>) =>
    void (await context.clock.sleep(ms, context.signal))
  const chat = new Pipeline('chat')
    .withStage('profile', sleep(20))
    .withStage('memory', () => failure('ECONNRESET'), { onFailure: 'skip' })
    .withStage('search', () => (calls++ % 2 === 0 ? StageOutput.retry('again') : {}))
    .withMap('letters', {
      over: () => [1, 2],
      onItemFailure: 'collect',
      each: async (letter, { clock, signal }) => {
        await clock.sleep(5, signal)
        return letter === 1 ? {} : failure('ETIMEDOUT')
      },
    })
    .withStage('skipped', () => StageOutput.skip('not now'))
    .withStage('llm', async function* (context) {
      yield 'Hello'
      await context.clock.sleep(100)
      yield 'you'
      context.note('usage', { inputTokens: 12, outputTokens: 34 })
    })
    .build(options)
  const words = async function* () {
    for (const word of ['One', 'two', 'three', 'four']) yield word
  }
  // Each word takes a while, so the inbox of "memory" drops words, and that of "letters" blocks "llm".
  const readsSlowly = async ({ inputs, clock }: StageContext<{}, {}, { readonly llm: string }>) => {
    for await (const _word of inputs.stream('llm')) await clock.sleep(10)
  }
  const dropping = new Pipeline('chat')
    .withStage('llm', words)
    .withStage('memory', readsSlowly, { dependencies: [stream('llm')], maxWaiting: 1, overflow: 'drop-oldest' })
    .build(options)
  const blocking = new Pipeline('chat')
    .withStage('llm', words)
    .withStage('letters', readsSlowly, { dependencies: [stream('llm')], maxWaiting: 1 })
    .build(options)
  // The second code could contain a message, so it is counted as "other".
  const broken = ['E_MODEL', 'no such model'].map((code) =>
    new Pipeline('broken').withStage('llm', () => failure(code)).build(options),
  )
  const guarded = new Pipeline('guarded')
    .withStage('guard', () => StageOutput.cancel('off topic'), StageKind.GUARD)
    .withStage('draft', sleep(50))
    .build(options)
  const child = new Pipeline('child').withStage('inner', sleep(10))
  const parent = new Pipeline('parent')
    .withStage('outer', async (context) => void (await context.runChild(child)))
    .build(options)
  const slow = new Pipeline('slow').withStage('report', sleep(15_000)).build(options)
  return () => [
    chat.runSettled({}, { maxConcurrency: 1 }),
    chat.runSettled({ inputText: 'refuse' }),
    ...broken.map((graph) => graph.runSettled()),
    guarded.runSettled(),
    parent.runSettled(),
    slow.runSettled(),
    slow.runSettled({}, { timeoutMs: 80 }),
    dropping.runSettled(),
    blocking.runSettled(),
  ]
}
