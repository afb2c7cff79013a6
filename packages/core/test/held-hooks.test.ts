import { expect, test } from 'vitest'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { Interceptor, StageContext } from '../src/index.ts'
import { gate, stream } from '../src/edges.ts'
import { clock } from './fresh-clock.ts'

// What interceptors see of a stage behind a gate, and of stages that answer in place of one that streams.

/** Says when each hook is called, in ms since it was made. */
function watching() {
  const from = clock.now()
  const log: string[] = []
  const say = (what: string): void => void log.push(`${clock.now() - from} ${what}`)
  const watch: Interceptor = {
    name: 'watch',
    onCall: ({ name }) =>
      name === 'answer' ? () => (say('called'), { ended: ({ status }) => say(`ended ${status}`) }) : undefined,
    settled: ({ stage, status, endedAt = NaN, attempts }) =>
      stage === 'answer' &&
      say(
        `settled ${status} at ${endedAt - from} (${attempts.map((one) => `${one.status}${one.error === undefined ? '' : ' with its error'}`).join(', ')})`,
      ),
  }
  return { log, watch }
}
const again: Interceptor = {
  name: 'again',
  wrap: (next, { name }) =>
    name === 'answer'
      ? async (context) => {
          const output = await next(context)
          return output.status === 'fail' ? next(context.fork().context) : output
        }
      : next,
}
const held = async (ending: object, code: (context: StageContext) => unknown, interceptors: readonly Interceptor[]) => {
  const run = new Pipeline('p')
    .withStage('guard', async () => {
      await clock.sleep(50)
      return ending as {}
    })
    .withStage('answer', code as () => object, { dependencies: [gate('guard')] })
    .build({ clock, interceptors })
    .runSettled()
  await clock.advance(100)
  return run
}

test('the parts of a call are told when its code has ended, and settled comes once, when the gate opens', async () => {
  const { log, watch } = watching()
  await held({}, () => clock.sleep(20), [watch])
  expect(log).toEqual(['0 called', '20 ended ok', '50 settled ok at 50 (ok)'])
})

test('each attempt of a retry behind a gate is told at once, and settled has their errors only if the gate opens', async () => {
  const code = () => {
    let calls = 0
    return async () => {
      await clock.sleep(10)
      if (calls++ === 0) throw new Error('broken')
    }
  }
  const ends = []
  for (const ending of [{}, StageOutput.skip('not allowed')]) {
    const { log, watch } = watching()
    await held(ending, code(), [again, watch])
    ends.push(log)
  }
  const told = ['0 called', '10 ended fail', '10 called', '20 ended ok']
  expect(ends).toEqual([
    [...told, '50 settled ok at 50 (fail with its error, ok)'],
    [...told, '50 settled skip at 50 (fail, ok)'],
  ])
})

test('an answer in place of a stage that streams gives its readers what toChunks makes of it, and nothing to the events', async () => {
  const cached: Interceptor = {
    name: 'cached',
    onCall: ({ name }) => (name === 'llm' ? () => StageOutput.ok({ text: 'from a cache' }) : undefined),
  }
  const of = async (toChunks: object) => {
    const run = new Pipeline('p')
      .withStage(
        'llm',
        async function* () {
          yield 'from the model'
          return { text: 'from the model' }
        },
        toChunks,
      )
      .withStage(
        'speak',
        async ({ inputs }) => {
          const said: string[] = []
          for await (const word of inputs.stream('llm')) said.push(word)
          return { said }
        },
        { dependencies: [stream('llm')] },
      )
      .build({ clock, interceptors: [cached] })
      .start()
    const chunks: string[] = []
    for await (const { type } of run) if (type.endsWith('.chunk')) chunks.push(type)
    const { data, report } = await run.settled
    return {
      said: data.speak?.said,
      error: report.stages.speak.error?.code,
      chunks,
      attempts: report.stages.llm.attempts,
    }
  }
  expect(await of({ toChunks: ({ text }: { readonly text: string }) => text.split(' ') })).toEqual({
    said: ['from', 'a', 'cache'],
    error: undefined,
    chunks: [],
    attempts: [],
  })
  expect(await of({})).toEqual({ said: undefined, error: 'core/no-chunks', chunks: [], attempts: [] })
})

test('the limit of an interceptor stands still while a reader waits, and its deadline is told as before', async () => {
  const limits: Interceptor = {
    name: 'limits',
    onCall: ({ name }) =>
      name === 'speak' ? ({ now }) => ({ deadline: now + 30, expired: () => StageOutput.fail('too slow') }) : undefined,
  }
  const of = async (workMs: number) => {
    const run = new Pipeline('p')
      .withStage('llm', async function* () {
        for (const word of ['One', 'two', 'three']) {
          await clock.sleep(100)
          yield word
        }
      })
      .withStage(
        'speak',
        async ({ inputs, signal }) => {
          for await (const _word of inputs.stream('llm')) await clock.sleep(workMs, signal)
        },
        { dependencies: [stream('llm')] },
      )
      .build({ clock, interceptors: [limits] })
      .runSettled()
    await clock.advance(1_000)
    return (await run).report.stages.speak.status
  }
  expect([await of(9), await of(11)]).toEqual(['ok', 'fail'])
})
