import { StageOutput } from '../src/index.ts'
import type { Clock, InterceptorContext, RunParent, StageContext } from '../src/index.ts'
import type { TreeCode, TreeEnding } from './tree-cases.ts'

/** A piece of code that runs: where in the tree. */
export interface Working {
  readonly pipelineRunId: string
  readonly stage: string
  /** The key of the item of a map that it is the code of. */
  readonly item: string | undefined
}

/** What the code of a tree saw: what runs now, what ran where. */
export class TreeWatch {
  /** That of the code, not of the engine. */
  readonly clock: Clock
  readonly working: Set<Working> = new Set()
  /** The runs in which code ran, and where they said they belong. */
  readonly runs: Map<string, RunParent | undefined> = new Map()
  /** Stages and items whose code began while it ran. */
  readonly twice: string[] = []
  /** What forgotten child runs rejected with. */
  readonly refused: unknown[] = []
  /** How often code began. */
  calls = 0

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** Code begins; call back when it has ended. */
  begin({ run, stage }: InterceptorContext): () => void {
    const { pipelineRunId, parent, item } = run
    this.calls++
    this.runs.set(pipelineRunId, parent)
    const working: Working = { pipelineRunId, stage: stage.name, item: item?.key }
    const isSame = (one: Working): boolean =>
      one.pipelineRunId === pipelineRunId && one.stage === stage.name && one.item === item?.key
    if ([...this.working].some(isSame)) this.twice.push(`${parent?.path ?? ''}/${stage.name} ${item?.key ?? ''}`)
    this.working.add(working)
    return () => void this.working.delete(working)
  }
}

export type Body = (context: StageContext) => unknown

/** The body of a stage, or of an item. */
export function bodyOf(code: TreeCode, watch: TreeWatch): Body {
  const { style, ms, endings, deaf } = code
  const { clock } = watch
  let calls = 0
  const prepare = (context: StageContext): { readonly ending: TreeEnding; readonly end: () => void } => {
    const leave = watch.begin(context as InterceptorContext)
    const end = (): void => {
      leave()
      if (code.emits) context.tryEmitEvent('tree.left', { ms })
    }
    askForCleanup(code, context, clock)
    if (code.emits) context.tryEmitEvent('tree.entered', { ms })
    return { end, ending: endings[calls++ % endings.length] as TreeEnding }
  }
  const pause = (ending: TreeEnding, { signal }: StageContext): Promise<void> => {
    if (ending !== 'hangs') return clock.sleep(ms, deaf ? undefined : signal)
    return deaf ? new Promise(() => {}) : clock.sleep(Infinity, signal)
  }
  if (style === 'sync')
    return (context) => {
      const { ending, end } = prepare(context)
      end()
      return outputOf(ending)
    }
  if (style === 'generator')
    return async function* (context) {
      const { ending, end } = prepare(context)
      try {
        for (let chunk = 0; chunk < 2; chunk++) {
          yield chunk
          await pause(ending, context)
        }
      } finally {
        end()
      }
      return outputOf(ending)
    }
  return async (context) => {
    const { ending, end } = prepare(context)
    try {
      if (code.emits) await context.emitEvent('tree.waits', { ms })
      await pause(ending, context)
    } finally {
      end()
    }
    return outputOf(ending)
  }
}

function askForCleanup({ cleanup }: TreeCode, context: StageContext, clock: Clock): void {
  if (cleanup === 'none') return
  context.onCleanup(async () => {
    if (cleanup === 'throws') throw new Error('a cleanup broke')
    if (cleanup > 0) await clock.sleep(cleanup)
  })
}

function outputOf(ending: TreeEnding): object {
  if (ending === 'throw') throw new Error('thrown')
  return ending === 'ok' || ending === 'hangs' ? { from: 'code' } : StageOutput[ending](`it is told to ${ending}`)
}
