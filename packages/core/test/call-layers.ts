import { StageOutput, after } from '../src/index.ts'
import type { ForkChanges, InterceptorContext, RunStage } from '../src/index.ts'

type Answer = ReturnType<RunStage>

export const CALL_LAYERS = [
  'observe',
  'observe and throw',
  'observe and reject',
  'end with a failure',
  'end with a fallback',
  'end with a retry',
  'end whatever became of it',
  'end at a heartbeat',
  'abort',
  'fork',
  'pass',
  'pass async',
  'retry',
] as const
export interface CallLayer {
  readonly kind: (typeof CALL_LAYERS)[number]
  readonly ms: number
}

/** Answers of its own promise, so that what is outside of it does not see the call of the stage's code. */
export const isDerived = ({ kind }: CallLayer): boolean => kind === 'pass async' || kind === 'retry'
export const isObserving = ({ kind }: CallLayer): boolean => kind.startsWith('observe')

/** What a case leaves behind for its checks. */
export interface CallLog {
  /** Each call that an observing layer let through, and each time that it heard of its answer. */
  readonly calls: { readonly stage: string; readonly heard: string[] }[]
  /** What happened in order: the layers that heard, and the stages that settled. */
  readonly order: string[]
  /** Timers of layers that were set and neither fired nor were taken back. */
  timers: number
}

/** How a layer does what it does: with the functions of core, or with promises of its own, by which these are judged. */
export interface CallMeans {
  call(context: InterceptorContext, next: RunStage, changes: ForkChanges): CallUnderWay
  observe(context: InterceptorContext, answer: Answer, use: (output: StageOutput) => void): Answer
}
export interface CallUnderWay {
  /** Calls `next`, once. */
  run(): Answer
  end(output: StageOutput): void
}

export const meansOfCore: CallMeans = {
  call(context, next, changes) {
    const fork = context.fork(changes)
    return { run: () => fork.run(next), end: (output) => fork.end(output) }
  },
  observe: (context, answer, use) => context.observe(answer, use),
}

export const plainMeans: CallMeans = {
  call(context, next, changes) {
    const fork = context.fork(changes)
    let ended: StageOutput | undefined
    let answered: ((output: StageOutput) => void) | undefined
    return {
      run() {
        const answer = next(fork.context)
        if (ended !== undefined || !(answer instanceof Promise)) return ended ?? answer
        return new Promise((resolve) => {
          answered = resolve
          void answer.then(resolve)
        })
      },
      end(output) {
        if (ended !== undefined) return
        ended = output
        fork.abort('error' in output && output.error !== undefined ? output.error : new Error('ended'))
        answered?.(output)
      },
    }
  },
  observe: (_, answer, use) =>
    after(answer, (output) => {
      try {
        const used: unknown = use(output)
        if (used instanceof Promise) used.catch(() => {})
      } catch {
        // its own affair
      }
      return output
    }),
}

const TRIES = 3

export function callLayer(
  { kind, ms }: CallLayer,
  layer: number,
  next: RunStage,
  means: CallMeans,
  log: CallLog,
): RunStage {
  switch (kind) {
    case 'observe':
    case 'observe and throw':
    case 'observe and reject':
      return (context) => {
        const { name: stage } = context.stage
        const call = { stage, heard: [] as string[] }
        log.calls.push(call)
        return means.observe(context, next(context), (output) => {
          call.heard.push(output.status)
          log.order.push(`${stage} heard by ${layer}`)
          if (kind === 'observe and throw') throw new Error('an observer broke')
          // A promise where none is expected.
          return kind === 'observe and reject' ? (Promise.reject(new Error('later')) as never) : undefined
        })
      }
    case 'end with a failure':
    case 'end with a fallback':
    case 'end with a retry':
    case 'end whatever became of it':
      return (context) => {
        const call = means.call(context, next, { deadline: context.now + ms })
        const answer = call.run()
        if (!(answer instanceof Promise)) return answer
        const stop = setTimer(context, ms, log, () => call.end(endingOf(kind, layer)))
        return kind === 'end whatever became of it' ? answer : means.observe(context, answer, stop)
      }
    case 'end at a heartbeat':
      return (context) => {
        const call: CallUnderWay = means.call(context, next, {
          onHeartbeat: () => call.end(StageOutput.fail(`beat ${layer}`)),
        })
        return call.run()
      }
    case 'abort':
      return (context) => {
        const fork = context.fork()
        const answer = next(fork.context)
        if (!(answer instanceof Promise)) return answer
        setTimer(context, ms, log, () => fork.abort(new Error(`aborted ${layer}`)))
        return answer
      }
    case 'fork':
      return (context) => next(context.fork().context)
    case 'pass':
      return (context) => {
        const answer = next(context)
        if (answer instanceof Promise) void answer.then(() => {})
        return answer
      }
    case 'pass async':
      return async (context) => await next(context)
    case 'retry':
      return async (context) => {
        for (let attempt = 1; ; attempt++) {
          const output = await next(attempt === 1 ? context : context.fork({ attempt }).context)
          if ((output.status !== 'fail' && output.status !== 'retry') || attempt === TRIES) return output
          await context.clock.sleep(ms, context.signal)
        }
      }
  }
}

/** A timer that is counted while it is set; the answer takes it back. */
function setTimer({ clock }: InterceptorContext, ms: number, log: CallLog, callback: () => void): () => void {
  let isSet = true
  const forget = (): void => {
    if (isSet) log.timers--
    isSet = false
  }
  log.timers++
  const stop = clock.setTimeout(() => {
    forget()
    callback()
  }, ms)
  return () => {
    stop()
    forget()
  }
}

function endingOf(kind: CallLayer['kind'], layer: number): StageOutput {
  if (kind === 'end with a fallback') return StageOutput.ok({ from: `layer ${layer}` })
  return kind === 'end with a retry' ? StageOutput.retry(`retry ${layer}`) : StageOutput.fail(`late ${layer}`)
}
