import { StageKind, StageOutput } from '../src/index.ts'
import { Pipeline } from '../src/index.ts'
import type { StageContext, StageGraph, StageSlot } from '../src/index.ts'
import { repeatUntil } from '../src/repeat.ts'
import type { MapOf, PartCase, StageOf } from './part-cases.ts'
import type { PartWatch } from './part-watch.ts'

type Context = StageContext<{}, {}>
type Code = (context: Context) => unknown

/** The builder as JavaScript sees it: the stages of a case are known only when it runs. */
interface Loose {
  withStage(name: string, stage: unknown, options: object): Loose
  withMap(name: string, options: object): Loose
  withPipeline(name: string, child: unknown, options: object): Loose
  build(options: object): StageGraph<Readonly<Record<string, StageSlot>>, {}>
}

export function partPipeline({ stages }: PartCase, watch: PartWatch): Loose {
  let described = new Pipeline('parts') as unknown as Loose
  stages.forEach((stage, place) => {
    const name = `s${place}`
    const { dependencies, join, late, onFailure, when, body } = stage
    const options = {
      dependencies: [...new Set(dependencies.filter((source) => source < place))].map((source) => `s${source}`),
      join,
      late: late ? 'abort' : 'finish',
      ...(onFailure === 'none' ? {} : { onFailure: onFailure === 'skip' ? 'skip' : { fallback: { fallback: true } } }),
      ...(when === 'no' ? {} : { when: () => when === 'true' }),
    }
    // No two sleeps of a case end at once, so their order does not depend on how many promises lie between.
    const ms = stage.ms + 2 ** -(place + 1)
    if (body === 'map') described = described.withMap(name, { ...options, ...mapOf(stage.map, ms, watch) })
    else if (body === 'repeat')
      described = described.withPipeline(name, guarded(ms, watch), { ...options, repeat: repeatUntil('check') })
    else described = described.withStage(name, watched(codeOf(stage, ms, watch), watch), options)
  })
  return described
}

/** Writes down when the code begins, that it is aborted, and how it ends. */
function watched(code: Code, watch: PartWatch): Code {
  return (context) => {
    const log = watch.codeLog(context)
    log.push(`begins ${context.attempt} at ${watch.now}, until ${context.deadline}`)
    const { signal } = context
    const say = (): void => void log.push(`aborted at ${watch.now}: ${signal.reason}`)
    if (signal.aborted) say()
    else signal.addEventListener('abort', say)
    const ends = (how: string): void => void log.push(`${how} at ${watch.now}`)
    let value: unknown
    try {
      value = code(context)
    } catch (error) {
      ends(`threw ${error}`)
      throw error
    }
    if (!(value instanceof Promise)) {
      ends('ended')
      return value
    }
    return value.then(
      (last: unknown) => {
        ends('ended')
        return last
      },
      (error: unknown) => {
        ends(`rejected ${error}`)
        throw error
      },
    )
  }
}

function codeOf({ body }: StageOf, ms: number, watch: PartWatch): Code {
  switch (body) {
    case 'ok':
    case 'map': // maps and repeated children are made by the builder
    case 'repeat':
      return () => ({ mine: true })
    case 'throws':
      return () => {
        throw new Error('mine')
      }
    case 'skips':
      return () => StageOutput.skip('not now')
    case 'retries':
      return () => StageOutput.retry('again')
    case 'cancels':
      return () => StageOutput.cancel('no more')
    case 'returns a number':
      return () => 5
    case 'beats at once':
      return (context) => {
        context.heartbeat()
        context.note('acme/mine' as never, true as never)
        return { mine: true }
      }
    case 'beats before it waits':
      return async (context) => {
        context.heartbeat()
        await watch.sleep(ms, context.signal)
        return { beaten: true }
      }
    case 'sleeps':
      return async (context) => {
        await watch.sleep(ms, context.signal)
        return { slept: true }
      }
    case 'beats':
      return async (context) => {
        for (let beat = 0; beat < 3; beat++) {
          await watch.sleep(ms / 3, context.signal)
          context.heartbeat()
        }
        return { beats: 3 }
      }
    case 'fails late':
      return async (context) => {
        await watch.sleep(ms, context.signal)
        throw new Error('failed late')
      }
    case 'deaf':
      return async (context) => {
        await watch.sleep(ms)
        context.heartbeat()
        await watch.sleep(ms)
        context.tryEmitEvent('acme.deaf', {})
        return { deaf: true }
      }
    case 'never':
      return () => new Promise(() => {})
    case 'ends well when aborted':
      return async (context) => {
        await watch.sleep(ms, context.signal).catch(() => {})
        return { late: context.signal.aborted }
      }
    case 'streams':
    case 'streams and throws':
      return async function* () {
        for (let chunk = 0; chunk < 3; chunk++) {
          await watch.sleep(ms / 3)
          yield chunk
        }
        if (body === 'streams and throws') throw new Error('broke off')
        return { streamed: 3 }
      }
    case 'child':
      return async (context) => ({ child: (await context.runChild(child(ms, watch) as never)).status })
    case 'lost child':
      return async (context) => {
        void context.runChild(child(ms, watch) as never)
        await watch.sleep(ms / 2)
        return { lost: true }
      }
  }
}

const child = (ms: number, watch: PartWatch): Loose =>
  (new Pipeline('child') as unknown as Loose)
    .withStage(
      'c0',
      watched(async (context) => {
        await watch.sleep(ms / 4, context.signal)
        context.heartbeat()
        return {}
      }, watch),
      {},
    )
    .withStage(
      'c1',
      watched(async (context) => {
        await watch.sleep(ms / 2, context.signal)
        return {}
      }, watch),
      { onFailure: 'skip' },
    )

/** Three items: one beats, one skips, one may fail. */
function mapOf(
  { each, concurrency, onItemFailure, maxFailures, keyed, streamed }: MapOf,
  ms: number,
  watch: PartWatch,
): object {
  const run = async (item: number, context: Context): Promise<object> => {
    watch.codeLog(context).push(`item ${item} at ${watch.now}, until ${context.deadline}`)
    await watch.sleep((ms * item) / 4, context.signal)
    context.heartbeat()
    if (item === 2) return StageOutput.skip('the second')
    if (item === 3 && ms > 40) throw new Error('the third item failed')
    return { item }
  }
  return {
    // Items that end at the same instant would end in an order that depends on how many promises lie between.
    over: each === 'pipeline' ? () => slowly(ms / 16, watch) : () => [1, 2, 3],
    ...ITEMS[each](run),
    onItemFailure,
    stream: streamed,
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(maxFailures === undefined || onItemFailure === 'fail' ? {} : { maxFailures }),
    ...(keyed ? { key: (item: number) => `k${item}` } : {}),
  }
}

async function* slowly(ms: number, watch: PartWatch): AsyncGenerator<number> {
  for (const item of [1, 2, 3]) {
    yield item
    await watch.sleep(ms)
  }
}

type RunItem = (item: number, context: Context) => Promise<object>

/** What runs each item of a map. */
const ITEMS: Readonly<Record<MapOf['each'], (run: RunItem) => object>> = {
  function: (run) => ({ each: run }),
  generator: (run) => ({
    each: async function* (item: number, context: Context) {
      yield `before ${item}`
      const output = await run(item, context)
      yield `after ${item}`
      return output
    },
  }),
  pipeline: (run) => ({
    each: (new Pipeline('item') as unknown as Loose).withStage(
      'work',
      (context: Context) => run((context.snapshot.metadata as { readonly item: number }).item, context),
      {},
    ),
    input: (item: number) => ({ metadata: { item } }),
  }),
}

/** A child whose guard refuses twice. */
function guarded(ms: number, watch: PartWatch): Loose {
  let calls = 0
  return (new Pipeline('guarded') as unknown as Loose).withStage(
    'check',
    {
      kind: StageKind.GUARD,
      execute: watched(async (context) => {
        await watch.sleep(ms / 4, context.signal)
        return ++calls % 3 === 0 ? {} : StageOutput.fail('not yet', { data: { calls } })
      }, watch),
    },
    {},
  )
}
