import { must } from '../contract-base/contract-case.ts'
import { WORDS, everything } from './everything.ts'
import type { InterceptorBench } from './interceptor-bench.ts'
import { isEmit } from './membrane.ts'

type RunCase = (bench: InterceptorBench) => Promise<void>

/** Rules for the events and notes of an interceptor. */
export const tellingCases: Readonly<Record<string, RunCase>> = {
  'begins the types of its events with its name': ownEvents,
  'emits and notes what JSON can write': asJson,
  'keeps the words of users out of events and notes': noWords,
  'emits a hundred events for a call at most': fewEvents,
}

async function ownEvents(bench: InterceptorBench): Promise<void> {
  const own = nameOnly(bench.subject.name)
  const isForeign = (type: string): boolean => {
    const [first = '', ...rest] = type.split('.')
    // A type without a dot is refused by the engine.
    return rest.length > 0 && nameOnly(first) !== own && !bench.events.includes(type)
  }
  const foreign = new Set<string>()
  bench.watch.onCalled = (method, [type]) => {
    if (isEmit(method) && isForeign(String(type))) foreign.add(String(type))
  }
  await everything(bench)
  const [type] = foreign
  must(
    type === undefined,
    `it emitted ${[...foreign].map((one) => `"${one}"`).join(', ')}, which does not begin with its name. Call the event "${bench.subject.name.replaceAll('-', '_')}.${type?.split('.').slice(1).join('.')}". If the type is right, pass interceptorContract { events: ['${type}'] }.`,
  )
}

/** `circuit-breaker` emits `circuit_breaker.opened`. */
const nameOnly = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')

/** What it emits or notes, with a name for messages. */
function watchTold(bench: InterceptorBench, saw: (what: string, value: unknown) => void): void {
  bench.watch.onCalled = (method, [name, value]) => {
    if (isEmit(method)) saw(`event ${String(name)}`, value)
    if (method === 'note') saw(`note "${String(name)}"`, value)
  }
}

async function asJson(bench: InterceptorBench): Promise<void> {
  let wrong: string | undefined
  watchTold(bench, (what, value) => {
    try {
      JSON.stringify(value)
    } catch (error) {
      wrong ??= `${what}, which JSON cannot write (${String(error)})`
    }
  })
  await everything(bench)
  must(
    wrong === undefined,
    `it has ${wrong}. Sinks, exporters and stores of reports write JSON: use strings, numbers, booleans, arrays and plain objects.`,
  )
}

async function noWords(bench: InterceptorBench): Promise<void> {
  let found: string | undefined
  watchTold(bench, (what, value) => {
    if (textIn(value).includes(WORDS)) found ??= what
  })
  await everything(bench)
  must(
    found === undefined,
    `its ${found} has words of the user, or an output of a stage. Events and notes go to logs, traces and exporters, which outlive the run: tell counts, times, names and codes, never what was said.`,
  )
}

function textIn(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return '' // another case has this
  }
}

const MOST_EVENTS = 100

async function fewEvents(bench: InterceptorBench): Promise<void> {
  let events = 0
  bench.watch.onCalled = (method) => {
    if (isEmit(method)) events++
  }
  const graph = bench.alone({ run: async () => ({}) })
  for (let time = 0; time < 3; time++) {
    events = 0
    await bench.run(graph, bench.nextRun())
    must(
      events <= MOST_EVENTS,
      `it emitted ${events} events in a run with a single call. A sink drops events if it can't keep up: emit one with a count.`,
    )
  }
}
