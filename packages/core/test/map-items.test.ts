import { describe, expect, test } from 'vitest'
import { recordingSink } from '../../testing/src/index.ts'
import { clock } from './fresh-clock.ts'
import { retryOnce } from './interceptors.ts'
import { Pipeline, StageKind, StageOutput, StageflowError, createSlot, isStageEvent } from '../src/index.ts'
import type { Interceptor, StageContext, StageInfo, StageRecord, StageflowEvent } from '../src/index.ts'

const SLOT = createSlot<string>('test/slot')
const LETTERS = ['a', 'b', 'c', 'd']

/** An interceptor that writes what it is asked. */
function witness(log: string[], more: Partial<Interceptor> = {}): Interceptor {
  return {
    name: 'witness',
    wrap: (next, stage) => {
      log.push(`wrap ${nameOf(stage)}`)
      return (context) => {
        log.push(`call ${nameOf(stage)}${context.item === undefined ? '' : ` ${context.item.key}`}`)
        return next(context)
      }
    },
    onRun: (run) => {
      log.push(`run ${run.pipeline.name}`)
      return { ended: () => log.push('run ended') }
    },
    settled: (record, run) => {
      log.push(`settled ${record.stage}${run.item === undefined ? '' : ` ${run.item.key}`} ${record.status}`)
    },
    ...more,
  }
}
const nameOf = ({ name, map, itemOf }: StageInfo): string =>
  map ? `map ${name}` : itemOf === undefined ? name : `item of ${name}`

describe('an item is a stage', () => {
  test('interceptors are asked around the items, and around the map only if they say so', async () => {
    for (const aroundMaps of [false, true]) {
      const log: string[] = []
      const graph = new Pipeline('mail')
        .withMap('letters', { over: () => ['a', 'b'], each: (letter) => ({ letter }), concurrency: 1 })
        .build({ clock, interceptors: [witness(log, { aroundMaps })] })
      await graph.run()
      expect(log).toEqual([
        ...(aroundMaps ? ['wrap map letters'] : []),
        'wrap item of letters',
        'run mail',
        ...(aroundMaps ? ['call map letters'] : []),
        'call item of letters 0',
        'settled letters 0 ok',
        'call item of letters 1',
        'settled letters 1 ok',
        'settled letters ok',
        'run ended',
      ])
    }
  })

  test('each item has its own attempts, notes, times and record; the map counts them', async () => {
    const calls: Record<string, number> = {}
    const graph = new Pipeline('mail')
      .withMap('letters', {
        over: () => LETTERS,
        each: async (letter, context) => {
          calls[letter] = (calls[letter] ?? 0) + 1
          context.note('usage', { inputTokens: 10 })
          await context.clock.sleep(5, context.signal)
          if (letter === 'c' && context.attempt === 1) throw new Error('busy')
          return { letter }
        },
      })
      .build({ clock, interceptors: [retryOnce] })
    const settled = graph.run()
    await clock.advance(20)
    const { data, report } = await settled
    expect(data).toEqual({ letters: { items: LETTERS.map((letter) => ({ letter })) } })
    expect(calls).toEqual({ a: 1, b: 1, c: 2, d: 1 })
    expect(report.usage).toEqual({ inputTokens: 50 })
    const { items, notes, attempts } = report.stages.letters
    expect(notes).toEqual({})
    expect(attempts).toHaveLength(1)
    expect(items).toMatchObject({
      total: 4,
      ok: 4,
      skip: 0,
      fail: 0,
      unfinished: 0,
      attempts: 5,
      usage: { inputTokens: 50 },
    })
    expect(items?.records).toMatchObject([
      { index: 0, key: '0', status: 'ok', startedAt: 0, endedAt: 5 },
      { index: 1, key: '1', status: 'ok' },
      { index: 2, key: '2', status: 'ok', endedAt: 10, notes: { usage: { inputTokens: 20 } } },
      { index: 3, key: '3', status: 'ok' },
    ])
    expect(items?.records[2]?.attempts).toMatchObject([
      { attempt: 1, status: 'fail' },
      { attempt: 2, status: 'ok' },
    ])
    expect(JSON.parse(JSON.stringify(report))).toMatchObject({ stages: { letters: { items: { total: 4 } } } })
  })

  test('an item has the ids, the snapshot, the inputs and the ports of its run, and slots of its own', async () => {
    const seen: unknown[] = []
    const ports = { mailer: { send: () => 'sent' } }
    const slots: Interceptor = {
      name: 'slots',
      onRun: (run) => {
        run.set(SLOT, 'of the run')
        return undefined
      },
      onCall: () => (context) => {
        seen.push(context.get(SLOT))
        context.run.set(SLOT, `of ${context.item?.key ?? 'a stage'}`)
        return undefined
      },
    }
    const graph = Pipeline.withPorts<typeof ports>('mail')
      .withStage('list', () => ({ words: ['x', 'y'] }))
      .withMap('letters', {
        dependencies: ['list'],
        over: (inputs) => inputs.from('list').words,
        each: (word, { inputs, snapshot, ports: { mailer }, pipelineRunId, item }) => ({
          word,
          all: inputs.from('list').words.length,
          id: pipelineRunId === snapshot.pipelineRunId,
          sent: mailer.send(),
          item,
        }),
        concurrency: 1,
      })
      .build({ clock, ports, interceptors: [slots] })
    const { data } = await graph.run()
    expect(data.letters?.items).toEqual([
      { word: 'x', all: 2, id: true, sent: 'sent', item: { index: 0, key: '0' } },
      { word: 'y', all: 2, id: true, sent: 'sent', item: { index: 1, key: '1' } },
    ])
    // The stage `list` has set the slot of the run; each item reads that, and sets its own.
    expect(seen).toEqual(['of the run', 'of a stage', 'of a stage'])
  })

  test('events of items have their index and key, in the numbers of the run, and none follows the end of the map', async () => {
    const sink = recordingSink()
    const graph = new Pipeline('mail')
      .withMap('letters', {
        over: () => LETTERS,
        each: async (letter, context) => {
          await context.clock.sleep(letter === 'b' ? 5 : 50)
          if (letter === 'b') throw new Error('no address')
          return {}
        },
        concurrency: 2,
        key: (letter) => letter,
      })
      .build({ clock, eventSink: sink })
    const settled = graph.runSettled()
    await clock.advance(100)
    await settled
    const told = sink.events.map(({ type, seq, data }: StageflowEvent) => {
      const { index, key } = data as { readonly index?: number; readonly key?: string }
      return `${seq} ${type}${index === undefined ? '' : ` ${index} ${key}`}`
    })
    expect(told).toEqual([
      '0 pipeline.started',
      '1 stage.letters.started',
      '2 stage.letters.item_started 0 a',
      '3 stage.letters.item_started 1 b',
      '4 stage.letters.item_failed 1 b',
      '5 stage.letters.failed',
      '6 pipeline.failed',
    ])
  })

  test('an item that waits keeps its place: at most 16 are begun and not ended unless `concurrency` says otherwise', async () => {
    let running = 0
    let most = 0
    const graph = (concurrency?: number) =>
      new Pipeline('mail')
        .withMap('letters', {
          over: () => Array.from({ length: 100 }, (_, index) => index),
          each: async (_, context) => {
            most = Math.max(most, ++running)
            await context.clock.sleep(10, context.signal)
            running--
            return {}
          },
          ...(concurrency === undefined ? {} : { concurrency }),
        })
        .build({ clock })
    for (const [concurrency, expected] of [
      [undefined, 16],
      [3, 3],
      [200, 100],
    ] as const) {
      most = 0
      const settled = graph(concurrency).run()
      await clock.advance(1_000)
      expect((await settled).status).toBe('completed')
      expect(most).toBe(expected)
    }
  })

  test('a cleanup of an item runs when the item has ended, not at the end of the run', async () => {
    const log: string[] = []
    const graph = new Pipeline('mail')
      .withMap('letters', {
        over: () => ['a', 'b'],
        each: (letter, context) => {
          log.push(`opens ${letter}`)
          context.onCleanup(() => void log.push(`closes ${letter}`))
          return {}
        },
        concurrency: 1,
      })
      .build({ clock })
    await graph.run()
    expect(log).toEqual(['opens a', 'closes a', 'opens b', 'closes b'])
  })
})

describe('key', () => {
  test('names the items in their paths, events and results', async () => {
    const child = new Pipeline('kid').withStage('only', () => ({}))
    const graph = new Pipeline('mail')
      .withMap('letters', {
        over: () => ['x/1', 'y'],
        key: (letter) => letter,
        each: async (_, context) => {
          await context.runChild(child)
          return {}
        },
      })
      .build({ clock })
    const { children, report } = await graph.run()
    expect(Object.keys(children).sort()).toEqual(['letters#x%2F1', 'letters#y'])
    expect(report.stages.letters.items?.records.map(({ key }) => key)).toEqual(['x/1', 'y'])
  })

  test.each([
    ['a number', () => 7 as never, 'no other item has, not 7 for item 0'],
    ['an empty string', () => '', 'no other item has, not "" for item 0'],
    ['a key that is too long', () => 'k'.repeat(201), 'must return a string of 1 to 200 characters'],
    ['the same key twice', () => 'same', 'that no other item has, not "same" for item 1'],
  ])('%s fails the map with core/map-key', async (_, key, says) => {
    const graph = new Pipeline('mail')
      .withMap('letters', { over: () => ['a', 'b'], each: (letter) => ({ letter }), key, onItemFailure: 'collect' })
      .build({ clock })
    const result = await graph.runSettled()
    expect(result).toMatchObject({
      status: 'failed',
      errors: [{ code: 'core/map-key', stage: 'letters', message: expect.stringContaining(says) }],
    })
  })
})

describe('onItemFailure', () => {
  const failing = (options: object) =>
    new Pipeline('mail')
      .withMap('letters', {
        over: () => LETTERS,
        each: async (letter: string, context: StageContext<{}>) => {
          await context.clock.sleep(letter === 'd' ? 50 : 10, context.signal)
          if (letter === 'b') throw new StageflowError('mail/address', 'no address')
          if (letter === 'c') return StageOutput.skip('no stamp')
          return { letter }
        },
        ...options,
      } as never)
      .build({ clock })
  const run = async (options: object): Promise<any> => {
    const settled = failing(options).runSettled()
    await clock.advance(100)
    return settled
  }

  test('fail (default): the first failure ends the map, the others are aborted, and what was done is in the data', async () => {
    const result = await run({})
    expect(result).toMatchObject({ status: 'failed', errors: [{ code: 'mail/address', stage: 'letters' }] })
    expect(result.outputs.letters.data).toEqual({ items: [{ letter: 'a' }, undefined, undefined, undefined] })
    expect(result.report.stages.letters.items).toMatchObject({ total: 4, ok: 1, fail: 1, unfinished: 2, skip: 0 })
  })

  test('skip: a failed item is undefined, and its record has the error', async () => {
    const result = await run({ onItemFailure: 'skip' })
    expect(result.data.letters).toEqual({ items: [{ letter: 'a' }, undefined, undefined, { letter: 'd' }] })
    const { items } = result.report.stages.letters
    expect(items).toMatchObject({ ok: 2, skip: 1, fail: 1, unfinished: 0 })
    expect(items.records[1]).toMatchObject({ status: 'fail', error: { code: 'mail/address' } })
    expect(items.records[2]).toMatchObject({ status: 'skip', reason: 'no stamp' })
  })

  test('collect: how each item ended is the data', async () => {
    const result = await run({ onItemFailure: 'collect', key: (letter: string) => `letter-${letter}` })
    expect(result.data.letters.items).toEqual([
      { status: 'ok', index: 0, key: 'letter-a', data: { letter: 'a' } },
      { status: 'fail', index: 1, key: 'letter-b', error: expect.objectContaining({ code: 'mail/address' }) },
      { status: 'skip', index: 2, key: 'letter-c', reason: 'no stamp' },
      { status: 'ok', index: 3, key: 'letter-d', data: { letter: 'd' } },
    ])
  })

  test.each(['skip', 'collect'])(
    '%s: maxFailures failed items are tolerated, and the next one ends the map',
    async (onItemFailure) => {
      const graph = (maxFailures: number) =>
        new Pipeline('mail')
          .withMap('letters', {
            over: () => LETTERS,
            each: (letter) => (letter === 'd' ? { letter } : StageOutput.fail(`no ${letter}`)),
            concurrency: 1,
            onItemFailure: onItemFailure as 'skip',
            maxFailures,
          })
          .build({ clock })
      expect((await graph(3).runSettled()).status).toBe('completed')
      expect(await graph(2).runSettled()).toMatchObject({ status: 'failed', errors: [{ message: 'no c' }] })
      expect(await graph(0).runSettled()).toMatchObject({ status: 'failed', errors: [{ message: 'no a' }] })
    },
  )

  test.each([
    ['what an item returned is no output', () => 5 as never, 'core/illegal-output'],
    [
      'an item reads a stage that the map does not depend on',
      ({ inputs }: any) => inputs.from('other'),
      'core/undeclared-input',
    ],
  ])('a mistake of the program is never collected: %s', async (_, code, expected) => {
    const graph = new Pipeline('mail')
      .withStage('other', () => ({}))
      .withMap('letters', {
        over: () => LETTERS,
        each: (_item, context) => code(context) as object,
        onItemFailure: 'collect',
      })
      .build({ clock })
    expect(await graph.runSettled()).toMatchObject({ status: 'failed', errors: [{ code: expected }] })
  })

  test('an item that cancels ends the map and the run, whatever onItemFailure says, and what was done is kept', async () => {
    const graph = new Pipeline('mail')
      .withMap('letters', {
        over: () => LETTERS,
        each: (letter) => (letter === 'c' ? StageOutput.cancel('enough') : { letter }),
        concurrency: 1,
        onItemFailure: 'skip',
      })
      .build({ clock })
    const result: any = await graph.runSettled()
    expect(result).toMatchObject({ status: 'cancelled', reason: 'enough' })
    expect(result.outputs.letters.data.items.slice(0, 2)).toEqual([{ letter: 'a' }, { letter: 'b' }])
  })
})

describe('what was done is kept', () => {
  const slow = (more: object = {}, interceptors: readonly Interceptor[] = []) =>
    new Pipeline('mail')
      .withMap('letters', {
        over: () => LETTERS,
        each: async (letter: string, context: StageContext<{}>) => {
          if (letter !== 'a') await context.clock.sleep(1_000, context.signal)
          return { letter }
        },
        ...more,
      } as never)
      .build({ clock, interceptors })
  const items = [{ letter: 'a' }, undefined, undefined, undefined]

  test.each<[string, object, readonly Interceptor[], (run: any) => void]>([
    ['the run is cancelled', {}, [], (run) => run.cancel('enough')],
    ['the run is out of time', { timeoutMs: 50 }, [], () => {}],
    [
      'a limit answers for the map',
      {},
      [
        {
          name: 'limit',
          aroundMaps: true,
          onCall: (stage) =>
            stage.map ? ({ now }) => ({ deadline: now + 50, expired: () => StageOutput.fail('too slow') }) : undefined,
        },
      ],
      () => {},
    ],
    [
      'an interceptor answers for the map',
      {},
      [
        {
          name: 'hasty',
          aroundMaps: true,
          wrap: (next, stage) =>
            stage.map
              ? async (context) => {
                  void next(context)
                  await context.clock.sleep(50)
                  return StageOutput.fail('hasty')
                }
              : next,
        },
      ],
      () => {},
    ],
  ])('%s', async (_, options, interceptors, act) => {
    const run = slow({}, interceptors).start({}, { graceMs: 10, ...options })
    await clock.advance(20)
    act(run)
    await clock.advance(2_000)
    const result: any = await run.settled
    expect(result.status).not.toBe('completed')
    expect(result.outputs.letters.data).toEqual({ items })
    expect(result.report.stages.letters.items).toMatchObject({ ok: 1, unfinished: 3 })
  })

  test('a second next around a map takes what is done: only what failed runs again', async () => {
    const calls: string[] = []
    let rounds = 0
    const again: Interceptor = {
      name: 'again',
      aroundMaps: true,
      wrap: (next, stage) =>
        stage.map
          ? async (context) => {
              let output = await next(context)
              while (output.status === 'fail' && ++rounds < 10) output = await next(context.fork().context)
              return output
            }
          : next,
    }
    let failures = 5
    const graph = new Pipeline('mail')
      .withMap('letters', {
        over: () => Array.from({ length: 20 }, (_, index) => `letter ${index}`),
        each: (letter) => {
          calls.push(letter)
          return letter === 'letter 7' && failures-- > 0 ? StageOutput.fail('busy') : { letter }
        },
        concurrency: 1,
      })
      .build({ clock, interceptors: [again] })
    const { data, report } = await graph.run()
    expect(calls).toHaveLength(25)
    expect(data.letters?.items).toHaveLength(20)
    expect(report.stages.letters.items).toMatchObject({ ok: 20, fail: 0 })
  })

  test.each<[string, object]>([
    ['with', { key: (letter: string) => letter }],
    ['without', {}],
  ])('a third next takes what the first has done if the source of the second failed, %s keys', async (_, key) => {
    const thrice: Interceptor = {
      name: 'thrice',
      aroundMaps: true,
      wrap: (next, stage) =>
        stage.map
          ? async (context) => {
              await next(context)
              await next(context.fork().context)
              return next(context.fork().context)
            }
          : next,
    }
    const calls: string[] = []
    let lists = 0
    const graph = new Pipeline('mail')
      .withMap('letters', {
        over: () => {
          if (++lists === 2) throw new Error('no list')
          return ['a', 'b']
        },
        each: (letter) => {
          calls.push(letter)
          return letter === 'b' && lists === 1 ? StageOutput.fail('busy') : { letter }
        },
        concurrency: 1,
        ...key,
      })
      .build({ clock, interceptors: [thrice] })
    const { data } = await graph.run()
    expect(data.letters?.items).toEqual([{ letter: 'a' }, { letter: 'b' }])
    expect(calls).toEqual(['a', 'b', 'b'])
  })
})

describe('stream', () => {
  test('gives each result as a chunk, in the order in which they come', async () => {
    const run = new Pipeline('mail')
      .withMap('letters', {
        over: () => [30, 10, 20],
        each: async (ms, context) => {
          await context.clock.sleep(ms)
          return ms === 20 ? StageOutput.skip('no stamp') : { ms }
        },
        stream: true,
      })
      .build({ clock })
      .start()
    const chunks: unknown[] = []
    const read = (async () => {
      for await (const event of run) if (isStageEvent(event, 'chunk')) chunks.push(event.data.chunk)
    })()
    await clock.advance(50)
    await read
    expect(chunks).toEqual([
      { status: 'ok', index: 1, key: '1', data: { ms: 10 } },
      { status: 'skip', index: 2, key: '2', reason: 'no stamp' },
      { status: 'ok', index: 0, key: '0', data: { ms: 30 } },
    ])
    expect((await run.result).report.stages.letters.chunks).toBe(3)
  })

  test('a reader that stops reading holds back the items', async () => {
    let pulled = 0
    const run = new Pipeline('mail')
      .withMap('letters', {
        over: function* () {
          for (;;) yield pulled++
        },
        each: async (index) => ({ index }),
        stream: true,
      })
      .build({ clock })
      .start()
    const events = run[Symbol.asyncIterator]()
    await events.next()
    await clock.settle()
    const stoppedAt = pulled
    expect(stoppedAt).toBeLessThan(2_000)
    await clock.settle()
    expect(pulled).toBe(stoppedAt)
    run.cancel('enough')
    await run.settled
  })
})

describe('each: a pipeline', () => {
  const summarise = new Pipeline('summarise')
    .withStage('read', ({ snapshot }) => ({ text: snapshot.inputText }))
    .withStage(
      'check',
      ({ inputs }) =>
        inputs.from('read').text === 'bad'
          ? StageOutput.fail(new StageflowError('docs/empty', 'no text'), { retryable: false })
          : {},
      StageKind.GUARD,
      {
        dependencies: ['read'],
      },
    )

  test('runs as a child of each item, and its data is that of the item', async () => {
    const graph = new Pipeline('docs')
      .withMap('digest', {
        over: () => ['one', 'two'],
        each: summarise,
        input: (text) => ({ inputText: text }),
        key: (text) => text,
      })
      .build({ clock })
    const { data, children } = await graph.run()
    expect(data.digest?.items).toEqual([
      { read: { text: 'one' }, check: {} },
      { read: { text: 'two' }, check: {} },
    ])
    expect(Object.keys(children)).toEqual(['digest#one', 'digest#two'])
  })

  test('a failed child fails its item with its own error', async () => {
    const graph = new Pipeline('docs')
      .withMap('digest', {
        over: () => ['one', 'bad'],
        each: summarise,
        input: (text) => ({ inputText: text }),
        onItemFailure: 'collect',
      })
      .build({ clock })
    const { data } = await graph.run()
    expect(data.digest?.items).toMatchObject([{ status: 'ok' }, { status: 'fail', error: { code: 'docs/empty' } }])
  })
})

test('a child of an item runs below its run: its depth and its path know the item', async () => {
  const records: StageRecord[] = []
  const paths: unknown[] = []
  const watch: Interceptor = {
    name: 'watch',
    settled: (record) => void records.push(record),
    onRun: (run) => void paths.push(run.parent && [run.parent.path, run.parent.depth, run.parent.stage]) as never,
  }
  const child = new Pipeline('kid').withStage('only', ({ note }) => {
    note('usage', { inputTokens: 1 })
    return {}
  })
  const graph = new Pipeline('docs')
    .withMap('digest', {
      over: () => ['one', 'two'],
      each: async (_, { runChild, note }) => {
        note('usage', { inputTokens: 10 })
        await runChild(child)
        await runChild(child)
        return {}
      },
      concurrency: 1,
    })
    .build({ clock, interceptors: [watch] })
  const { report, children } = await graph.run()
  expect(paths).toEqual([
    undefined,
    ['digest#0', 1, 'digest'],
    ['digest#0~2', 1, 'digest'],
    ['digest#1', 1, 'digest'],
    ['digest#1~2', 1, 'digest'],
  ])
  expect(Object.keys(children)).toEqual(['digest#0', 'digest#0~2', 'digest#1', 'digest#1~2'])
  expect(report.usage).toEqual({ inputTokens: 24 })
  expect(report.stages.digest.items?.usage).toEqual({ inputTokens: 24 })
})

test.each([
  ['input beside a function', { input: () => ({}) }, 'remove input: the function each gets the item itself'],
  ['maxFailures without onItemFailure', { maxFailures: 2 }, "maxFailures needs onItemFailure 'skip' or 'collect'"],
  [
    'a maxFailures that is no number',
    { maxFailures: '2', onItemFailure: 'skip' },
    'maxFailures must be a whole number',
  ],
  ['an unknown onItemFailure', { onItemFailure: 'ignore' }, "onItemFailure must be one of 'fail', 'skip', 'collect'"],
  ['a concurrency of 0', { concurrency: 0 }, 'concurrency'],
  ['each that is neither', { each: 5 }, 'a function (item, context) => data, or a pipeline'],
  ['each that is an object but no pipeline', { each: {} }, 'a built graph or a Pipeline'],
])('%s is a problem of build()', (_, options, says) => {
  const pipeline = new Pipeline('mail').withMap('letters', { over: () => [1], each: () => ({}), ...options } as never)
  expect(() => pipeline.build()).toThrow(says)
})
