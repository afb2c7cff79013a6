import type { StageflowEvent } from '@stageflow/core'
import { FLAG, checkOptions, refuseOptions, required, show, isError } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'

export interface EventsTextOptions {
  /** Shows ids too: of runs, users and requests, and fields whose name ends in `Id`. Default: false. */
  readonly ids?: boolean
  /** Shows times too: timestamps, and fields whose name ends in `Ms` or `At`. Default: false. */
  readonly times?: boolean
}

const CALL = 'eventsText(events, options)'
const CODE = 'testing/illegal-option'
const RULES: OptionRules<EventsTextOptions> = { ids: FLAG, times: FLAG }
const ARGUMENTS: OptionRules = { events: required([Array.isArray, 'an array of events, such as sink.events']) }
const IDS = ['pipelineRunId', 'requestId', 'sessionId', 'userId', 'orgId', 'interactionId'] as const

/**
 * Writes events as text that is the same on every run, for inline comparison: one line each, with its type and data. The events of a
 * child run begin with its path. Those of a second run begin with `run 2`.
 */
export function eventsText(events: Iterable<StageflowEvent>, options: EventsTextOptions = {}): string {
  const list = eventsIn(events)
  checkOptions(CALL, CODE, options, RULES)
  const { ids = false, times = false } = options
  const isShown = (key: string): boolean => (ids || !/(?:^id|Ids?)$/.test(key)) && (times || !/(?:Ms|At)$/.test(key))
  const origins = new Map<string, Origin>()
  let runs = 0
  const lines = list.map((event) => {
    const origin = origins.get(event.pipelineRunId) ?? { run: ++runs, path: '' }
    origins.set(event.pipelineRunId, origin)
    if (event.type === 'pipeline.child_started')
      origins.set(event.data.childRunId, { run: origin.run, path: event.data.path })
    return [
      ...(times ? [`${event.timestamp} ms`] : []),
      ...labelOf(origin),
      event.type,
      ...fieldsOf(event.data as Fields, isShown),
      ...(ids ? fieldsOf(Object.fromEntries(IDS.map((key) => [key, event[key]])), isShown) : []),
    ].join(' ')
  })
  return lines.join('\n')
}

/** The events as an array, because some iterables can be read only once. */
function eventsIn(given: unknown): readonly StageflowEvent[] {
  const events = isObject(given) && Symbol.iterator in given ? [...(given as Iterable<unknown>)] : given
  checkOptions(CALL, CODE, { events }, ARGUMENTS)
  const list = events as readonly unknown[]
  const wrong = list.findIndex((event) => !isObject(event) || !isObject(event['data']))
  if (wrong !== -1)
    refuseOptions(CALL, CODE, [
      `events[${wrong}] must be an event with its data, such as one of sink.events, not ${show(list[wrong])}`,
    ])
  return list as readonly StageflowEvent[]
}

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null

/** Where an event comes from: the number of the run, in the order of their first events, and the path of a child run in it. */
interface Origin {
  readonly run: number
  readonly path: string
}

function labelOf({ run, path }: Origin): readonly string[] {
  const words = [...(run === 1 ? [] : [`run ${run}`]), ...(path === '' ? [] : [path])]
  return words.length === 0 ? [] : [...words, '|']
}

type Fields = Readonly<Record<string, unknown>>

/** Each shown field as `key=value`. */
const fieldsOf = (data: Fields, isShown: (key: string) => boolean): readonly string[] =>
  Object.entries(data).flatMap(([key, value]) =>
    value === undefined || !isShown(key) ? [] : [`${key}=${valueText(value, isShown)}`],
  )

/** A word stays bare. Everything else is JSON, on one line. */
function valueText(value: unknown, isShown: (key: string) => boolean): string {
  if (typeof value === 'string' && /^(?!true$|false$|null$)[a-z_][\w.:/@#~-]*$/i.test(value)) return value
  try {
    return (
      JSON.stringify(value, (key, part: unknown) => (isShown(key) ? plain(part) : undefined)) ??
      JSON.stringify(show(value))
    )
  } catch {
    return JSON.stringify(show(value)) // it contains itself
  }
}

/** What JSON has no form for, in a short form. */
function plain(part: unknown): unknown {
  if (typeof part === 'bigint' || typeof part === 'function' || typeof part === 'symbol') return show(part)
  if (ArrayBuffer.isView(part)) return `${part.constructor.name} of ${part.byteLength} bytes`
  return isError(part) ? part.message : part
}
