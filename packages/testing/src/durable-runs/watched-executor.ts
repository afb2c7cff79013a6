import type { StageInfo } from '@stageflow/core'
import type { CallFacts, Fact, StageExecutor } from '@stageflow/core/durable'

/** What passes between a run and its executor. Each may return or throw something to change it. */
export interface ExecutorWatch {
  /** Before the run asks for a fact. */
  readonly asks?: () => Promise<void> | void
  /** A fact is given. Returns the one that the run gets instead, or undefined to leave it out. */
  readonly gives?: (fact: Fact) => Fact | undefined
  /** After a fact was given, before the run sees it. */
  readonly given?: (fact: Fact) => Promise<void> | void
  readonly begins?: (key: string) => void
  readonly ends?: (key: string, facts: CallFacts) => void
  readonly waits?: (key: string) => void
  /** The executor has no fact and no call in progress. */
  readonly rests?: () => void
}

/** The executor itself, with a watch between it and the run. */
export function watchedExecutor(executor: StageExecutor, watch: ExecutorWatch): StageExecutor {
  const { core, start, leg, lost } = executor
  return {
    ...(core !== undefined && { core }),
    start,
    leg,
    lost,
    execute: (key: string, call: () => Promise<CallFacts>, stage: StageInfo, isWanted: () => boolean) =>
      executor.execute(
        key,
        async () => {
          watch.begins?.(key)
          const facts = await call()
          watch.ends?.(key, facts)
          return facts
        },
        stage,
        isWanted,
      ),
    timer: (key, at) => executor.timer(key, at),
    wait: (key, request, isWanted) => {
      watch.waits?.(key)
      executor.wait(key, request, isWanted)
    },
    stop: (key, reason, interrupt) => executor.stop(key, reason, interrupt),
    next: async () => {
      await watch.asks?.()
      for (;;) {
        const next = await executor.next()
        if (next === undefined) {
          watch.rests?.()
          return undefined
        }
        const fact = watch.gives === undefined ? next : watch.gives(next)
        if (fact === undefined) continue
        await watch.given?.(fact)
        return fact
      }
    },
  }
}
