import { StageOutput } from '@stageflow/core'
import type { Interceptor, StageOutput as Output } from '@stageflow/core'
import type { Bench } from './contract-bench.ts'
import { must } from './contract-case.ts'
import { Disguise } from './disguise.ts'

type RunCase = (bench: Bench) => Promise<void>

/** What an interceptor owes to the calls and runs that it takes part in without a function around them. */
export const callCases: Readonly<Record<string, RunCase>> = {
  'enters calls and runs at once, within what is around them': entersAtOnce,
  'ends no call that has its answer': endsOnce,
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
