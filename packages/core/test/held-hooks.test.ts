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

/** What the interceptor of a child graph is told, in the order in which it is told. */
function watchesChild() {
  const from = clock.now()
  const told: string[] = []
  const say = (what: string): void => void told.push(`${clock.now() - from} ${what}`)
  const own: Interceptor = {
    name: 'own',
    onRun: ({ parent }) => {
      say(`run begins${parent?.held === true ? ', held' : ''}`)
      return {
        settled: ({ stage, status }) => say(`${stage} settled ${status}`),
        ended: (outcome) => {
          const { status, reason, errors, report, children } = outcome
          const whole = JSON.stringify([reason, errors, report, children, outcome.output('write')])
          say(`run ended ${status}${whole.includes('secret') ? ', with its work' : ''}`)
        },
      }
    },
  }
  return { told, own }
}
const childOf = (own: Interceptor, ending: object) =>
  new Pipeline('child')
    .withStage('write', async ({ emitEvent }) => {
      await emitEvent('app.secret', {})
      await clock.sleep(10)
      return { text: 'secret' }
    })
    .withStage('end', () => ending as {}, { dependencies: ['write'] })
    .build({ clock, interceptors: [own] })

test.for([
  ['that ends ok', {}, 'completed'],
  ['that fails', StageOutput.fail('secret'), 'failed'],
] as const)(
  'an interceptor of a held child run %s is told of its stages and of its end when the gate opens',
  async ([, ending, status]) => {
    const { told, own } = watchesChild()
    await held({}, ({ runChild }) => runChild(childOf(own, ending)).then(() => ({})), [])
    expect(told).toEqual([
      '0 run begins, held',
      '50 write settled ok',
      `50 end settled ${status === 'failed' ? 'fail' : 'ok'}`,
      `50 run ended ${status}, with its work`,
    ])
  },
)

test.for([
  ['that ends ok', {}],
  ['that fails', StageOutput.fail('secret')],
] as const)(
  'of a child run %s that a gate refuses, an interceptor is told only that it was cancelled',
  async ([, ending]) => {
    const { told, own } = watchesChild()
    await held(StageOutput.skip('not allowed'), ({ runChild }) => runChild(childOf(own, ending)).then(() => ({})), [])
    expect(told).toEqual(['0 run begins, held', '50 run ended cancelled'])
  },
)

test('a child run that still runs when its gate refuses it is told of when it has ended', async () => {
  const { told, own } = watchesChild()
  const slow = async ({ runChild }: StageContext) => {
    const child = new Pipeline('child')
      .withStage('write', async () => {
        await clock.sleep(80)
        return { text: 'secret' }
      })
      .build({ clock, interceptors: [own] })
    return runChild(child).then(() => ({}))
  }
  await held(StageOutput.skip('not allowed'), slow, [])
  expect(told).toEqual(['0 run begins, held', '80 run ended cancelled'])
})

test('a gate inside a held child run opens nothing for those who watch from outside', async () => {
  const { told, own } = watchesChild()
  const { eventSink, types } = typesTaken()
  const inner = new Pipeline('middle')
    .withStage('check', () => clock.sleep(20))
    .withStage('answer', ({ runChild }: StageContext) => runChild(childOf(own, {})).then(() => ({})), {
      dependencies: [gate('check')],
    })
  for (const ending of [{}, StageOutput.skip('not allowed')]) {
    told.length = 0
    const run = new Pipeline('p')
      .withStage('guard', async () => {
        await clock.sleep(50)
        return ending as {}
      })
      .withPipeline('answer', inner, { dependencies: [gate('guard')] })
      .build({ clock })
      .runSettled({}, { eventSink })
    await clock.advance(49)
    expect(told).toHaveLength(1)
    await clock.advance(10)
    await run
  }
  expect(told.map((line) => line.replace(/^\d+ /, ''))).toEqual(['run begins, held', 'run ended cancelled'])
  expect(types.filter((type) => type === 'stage.write.completed')).toHaveLength(1)
})

function typesTaken() {
  const types: string[] = []
  const take = ({ type }: { readonly type: string }): void => void types.push(type)
  return { types, eventSink: { emit: take, tryEmit: take } }
}
