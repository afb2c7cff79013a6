import { StageOutput, after } from '../src/index.ts'
import type { CallPart, ForkChanges, Interceptor, InterceptorContext, OnCall, RunStage } from '../src/index.ts'

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

/** Calls what is inside it more than once. */
export const isRepeating = ({ kind }: CallLayer): boolean => kind === 'retry'
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

/** How a layer takes part in calls: with the functions of core, or with promises of its own, by which these are judged. */
export type CallMeans = (join: Join) => Pick<Interceptor, 'wrap' | 'onCall'>
/** What a layer does in one call, which it can end early: what it is told, and what it asks for. */
export type Join = (
  context: InterceptorContext,
  end: (output: StageOutput) => void,
) => ForkChanges & { readonly heard?: (output: StageOutput) => void }

export const meansOfCore: CallMeans = (join) => {
  const onCall: OnCall = (context) => {
    const { heard, ...news } = join(context, (output) => context.endCall(part, output))
    const part: CallPart = { ...news, ...(heard === undefined ? {} : { ended: heard }) }
    return part
  }
  return { onCall: () => onCall }
}

export const plainMeans: CallMeans = (join) => ({
  wrap: (next) => (context) => {
    let ended: StageOutput | undefined
    let answered: ((output: StageOutput) => void) | undefined
    const { heard, ...changes } = join(context, (output) => {
      if (ended !== undefined) return
      ended = output
      fork.abort('error' in output && output.error !== undefined ? output.error : new Error('ended'))
      answered?.(output)
    })
    const fork = context.fork(changes)
    const answer = early(next(fork.context))
    return heard === undefined ? answer : after(answer, (output) => told(heard, output))

    function early(given: Answer): Answer {
      if (ended !== undefined || !(given instanceof Promise)) return ended ?? given
      return new Promise((resolve) => {
        answered = resolve
        void given.then(resolve)
      })
    }
  },
})

function told(heard: (output: StageOutput) => unknown, output: StageOutput): StageOutput {
  try {
    const used: unknown = heard(output)
    if (used instanceof Promise) used.catch(() => {})
  } catch {
    // its own affair
  }
  return output
}

const TRIES = 3

export function callLayer(
  { kind, ms }: CallLayer,
  number: number,
  means: CallMeans,
  log: CallLog,
): Pick<Interceptor, 'wrap' | 'onCall'> {
  switch (kind) {
    case 'observe':
    case 'observe and throw':
    case 'observe and reject':
      return means((context) => {
        const { name: stage } = context.stage
        const call = { stage, heard: [] as string[] }
        log.calls.push(call)
        return {
          heard: (output) => {
            call.heard.push(output.status)
            log.order.push(`${stage} heard by ${number}`)
            if (kind === 'observe and throw') throw new Error('an observer broke')
            // A promise where none is expected.
            return kind === 'observe and reject' ? (Promise.reject(new Error('later')) as never) : undefined
          },
        }
      })
    case 'end with a failure':
    case 'end with a fallback':
    case 'end with a retry':
    case 'end whatever became of it':
      return means((context, end) => {
        const stop = setTimer(context, ms, log, () => end(endingOf(kind, number)))
        return { deadline: context.now + ms, ...(kind === 'end whatever became of it' ? {} : { heard: stop }) }
      })
    case 'end at a heartbeat':
      return means((_, end) => ({ onHeartbeat: () => end(StageOutput.fail(`beat ${number}`)) }))
    case 'abort':
    case 'fork':
    case 'pass':
    case 'pass async':
    case 'retry':
      return { wrap: (next) => wrapped(kind, ms, number, next, log) }
  }
}

function wrapped(
  kind: 'abort' | 'fork' | 'pass' | 'pass async' | 'retry',
  ms: number,
  number: number,
  next: RunStage,
  log: CallLog,
): RunStage {
  switch (kind) {
    case 'abort':
      return (context) => {
        const fork = context.fork()
        const answer = next(fork.context)
        if (!(answer instanceof Promise)) return answer
        setTimer(context, ms, log, () => fork.abort(new Error(`aborted ${number}`)))
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
    case 'retry':
      return async (context) => {
        for (let attempt = 1; ; attempt++) {
          const output = await next(attempt === 1 ? context : context.fork({ attempt }).context)
          if ((output.status !== 'fail' && output.status !== 'retry') || attempt === TRIES) return output
          await context.clock.sleep(ms, context.signal)
        }
      }
    case 'pass async':
      return async (context) => await next(context)
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
