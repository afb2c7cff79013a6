import { StageOutput } from '@stageflow/core'
import type { Interceptor, StageOutput as Output } from '@stageflow/core'
import { hanging } from './contract-aborts.ts'
import type { Bench } from './contract-bench.ts'
import { must } from './contract-case.ts'
import { Disguise } from './disguise.ts'

type RunCase = (bench: Bench) => Promise<void>

/** What an interceptor owes to the calls and runs that it takes part in without a function around them. */
export const callCases: Readonly<Record<string, RunCase>> = {
  'enters calls and runs at once, within what is around them': entersAtOnce,
  'ends no call that has its answer': endsOnce,
  'takes no stage that runs out of time for a success': outOfTime,
}

async function entersAtOnce(bench: Bench): Promise<void> {
  let late = 0
  bench.watch.disguise = new Disguise({ onLateEnter: () => void late++ })
  const [aroundCall, aroundRun] = [asyncStorage(), asyncStorage()]
  const setting: Interceptor = {
    name: 'contract/setting',
    onRun: () => ({ enter: (next) => aroundRun.run('run', next) }),
    onCall: () => () => ({ enter: (next) => aroundCall.run('call', next) }),
  }
  const seen: unknown[] = []
  const read = (): object => ({ seen: seen.push(aroundRun.getStore(), aroundCall.getStore()) })
  for (const run of [read, async () => read()]) {
    seen.length = 0
    const stage = bench.stage({ name: 'stage', run })
    const { status } = await bench.run(bench.build(bench.pipeline('entered', [stage]), {}, [setting]), bench.nextRun())
    must(seen.length > 0, bench.refused(`ended as ${status}`))
    must(
      late === 0,
      `${bench.called} has an enter that returned before it had called next: what it sets is not around the stage, for the engine went on without it. Call next at once: enter(next) { storage.run(value, next) }.`,
    )
    const lost = seen[0] === 'run' ? 'call' : 'run'
    must(
      seen[0] === 'run' && seen[1] === 'call',
      `${bench.called} lost the async context of a ${lost}: the stage did not see what an interceptor outside had set. Call next in the context in which you were called, or within what you add to it, as storage.run(value, next) does.`,
    )
  }
}

const ANSWERS: Readonly<Record<string, () => unknown>> = {
  ok: async () => ({}),
  'ok, synchronously': () => ({}),
  skip: async () => StageOutput.skip('nothing to do'),
  cancel: async () => StageOutput.cancel('that is enough'),
  fail: async () => StageOutput.fail('it is broken', { retryable: false }),
  throw: () => {
    throw new TypeError('a bug of the stage')
  },
}

async function endsOnce(bench: Bench): Promise<void> {
  const late: Output[] = []
  bench.watch.disguise = new Disguise({ onLateEnd: (answer) => void late.push(answer) })
  for (const run of Object.values(ANSWERS)) {
    await bench.run(bench.alone({ run }), bench.nextRun())
    must(
      late.length === 0,
      `${bench.called} called endCall for a call that it had heard the answer "${late[0]?.status}" of, where it does nothing. An answer that is there is not changed: answer as the call begins, end it while it goes on, or wrap the stage.`,
    )
  }
}

/** So many timers fire, and no more, around a stage that hangs: some are set anew each time. */
const MOST_TIMERS = 1_000

async function outOfTime(bench: Bench): Promise<void> {
  const { first, reached, graph } = hanging(bench, (context) => context.signal.reason)
  const run = graph.start(bench.nextRun(), bench.aborting())
  await bench.reaches(reached, [run])
  const { deadline = Infinity } = first()
  const { clock } = bench
  for (let fired = 0; fired < MOST_TIMERS; fired++) {
    // It may wait for something that is not on the clock before it sets the next one.
    if (bench.nextDue === Infinity && ((await bench.endsAtOnce(run.settled)) || bench.nextDue === Infinity)) break
    await clock.advanceTo(bench.nextDue)
  }
  if (deadline < Infinity) await clock.advanceTo(Math.max(deadline, clock.now()))
  const hasEnded = await bench.endsAtOnce(run.settled)
  bench.abortAll()
  const { report } = await bench.ends(run.settled)
  const { status } = report.stages['stage'] ?? {}
  must(
    !hasEnded || (status !== 'ok' && status !== 'skip'),
    `${bench.called} made a stage "${status}" that had not answered when its time was over. Answer for it with StageOutput.fail.`,
  )
  must(
    hasEnded || deadline === Infinity,
    `${bench.called} told the stage a deadline, and did not end the call when it had passed. Whoever sets a deadline also ends the call: context.endCall(part, StageOutput.fail(error)), or fork.abort(error).`,
  )
}

interface AsyncStorage {
  run(value: string, callback: () => void): void
  getStore(): unknown
}

/** An async context, or, where there is none, as in browsers, one that nothing can lose. */
function asyncStorage(): AsyncStorage {
  const { process } = globalThis as {
    readonly process?: {
      getBuiltinModule?(name: string): { readonly AsyncLocalStorage: new () => AsyncStorage } | undefined
    }
  }
  const Storage = process?.getBuiltinModule?.('node:async_hooks')?.AsyncLocalStorage
  if (Storage !== undefined) return new Storage()
  let store: string | undefined
  return {
    run(value, callback) {
      store = value
      callback()
    },
    getStore: () => store,
  }
}
