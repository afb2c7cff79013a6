import { Pipeline } from '@stageflow/core'
import { expect, test } from 'vitest'
import { cassetteText, manualClock, parseCassette, recordRun, replayRun } from '../index.ts'
import type { Cassette } from '../index.ts'

const graph = new Pipeline('chat')
  .withStage('search', () => ({ hits: 1 }))
  .withStage('answer', ({ inputs }) => ({ text: `${inputs.from('search').hits} hit` }), { dependencies: ['search'] })
  .build()

const refused = (code: string, message: RegExp): Error =>
  expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error

test('what is not a cassette is refused, with how to get one', async () => {
  const recorded = await recordRun(graph)
  const text = cassetteText(recorded.cassette)
  const problem = refused('testing/illegal-cassette', /must be an? (object|array).*parseCassette\(text\).*recordRun/)
  for (const given of [
    text,
    recorded,
    undefined,
    { ...recorded.cassette, facts: undefined },
  ] as unknown as readonly never[]) {
    await expect(replayRun(graph, given)).rejects.toThrow(problem)
    expect(() => cassetteText(given)).toThrow(problem)
  }
  expect(() => parseCassette(Buffer.from(text) as never)).toThrow(
    refused(
      'testing/illegal-cassette',
      /the text must be a string, not an instance of Buffer\. .*readFile\(path, 'utf8'\)/,
    ),
  )
})

test('options are checked', async () => {
  const { cassette } = await recordRun(graph)
  for (const live of ['answer', [7], null])
    await expect(replayRun(graph, cassette, { live: live as never })).rejects.toThrow(
      refused(
        'testing/illegal-option',
        /^replayRun\(graph, cassette, options\): live must be an array of names of stages/,
      ),
    )
  await expect(replayRun(graph, cassette, { clock: Date as never })).rejects.toThrow(
    refused('testing/illegal-option', /clock must be/),
  )
  for (const maxBytes of [0, -1, NaN, '9']) {
    const problem = refused('testing/illegal-option', /maxBytes must be/)
    await expect(recordRun(graph, {}, { maxBytes: maxBytes as never })).rejects.toThrow(problem)
    expect(() => parseCassette(cassetteText(cassette), { maxBytes: maxBytes as never })).toThrow(problem)
  }
  expect(() => parseCassette('', { maxByte: 9 } as never)).toThrow(refused('testing/illegal-option', /"maxByte"/))
  await expect(recordRun(graph, {}, { clock: Date as never })).rejects.toThrow(/clock must be/)
})

test('an input that JSON cannot hold is refused before the run begins', async () => {
  let calls = 0
  const counting = new Pipeline('counting').withStage('a', () => void calls++).build()
  const circular: Record<string, unknown> = {}
  circular['me'] = circular
  const inputs: readonly (readonly [unknown, RegExp])[] = [
    [{ extensions: { at: new Date(0) } }, /an instance of Date in "at"/],
    [{ extensions: { list: [1, 1n] } }, /1n in "1"/],
    [{ extensions: { read: () => 1 } }, /in "read"/],
    [{ extensions: { size: NaN } }, /NaN in "size"/],
    [{ extensions: circular }, /circular/i],
    [null, /null/],
  ]
  for (const [input, message] of inputs)
    await expect(recordRun(counting, input as never)).rejects.toThrow(refused('testing/not-json', message))
  expect(calls).toBe(0)
  const { cassette } = await recordRun(counting, { extensions: { left: undefined, kept: [null, 1] } } as never)
  expect(cassette.start.input).toEqual({ extensions: { kept: [null, 1] } })
})

test('a live stage that no child pipeline has is refused', async () => {
  let calls = 0
  const counted = () => ({ calls: ++calls })
  const nested = new Pipeline('inner').withStage('say', counted)
  const kid = new Pipeline('kid').withPipeline('deep', nested).withStage('a/b', counted)
  const parent = new Pipeline('parent')
    .withPipeline('kid', kid)
    .withMap('items', { over: () => [1, 2], each: (item: number) => ({ item, ...counted() }) })
    .withStage('x/y', counted)
    .build()
  const { cassette } = await recordRun(parent)
  expect(calls).toBe(5)
  for (const [live, made] of Object.entries({
    kid: 2,
    'kid/deep': 1,
    'kid/deep/say': 1,
    'kid/a/b': 1,
    items: 2,
    'x/y': 1,
  })) {
    calls = 0
    await expect(replayRun(parent, cassette, { live: [live] }), live).resolves.toMatchObject({ unused: [] })
    expect(calls, live).toBe(made)
  }
  for (const [live, has] of [
    ['kid/none', /"kid" has no such stage; it has "a\/b", "deep"/],
    ['kid/deep/none', /"deep" has no such stage; it has "say"/],
    ['items/none', /"items" has no stages inside/],
    ['x', /"parent" has no such stage; it has "items", "kid", "x\/y"/],
    ['xy', /"parent" has no such stage \(did you mean "x\/y"\?\); it has "items", "kid", "x\/y"/],
    ['', /"parent" has no such stage/],
  ] as const)
    await expect(replayRun(parent, cassette, { live: [live] }), live).rejects.toThrow(
      refused('testing/unknown-stage', has),
    )
})

test('a call without its times is not a fact', async () => {
  const text = cassetteText((await recordRun(graph)).cassette)
  expect(() => parseCassette(text.replace(/"startedAt":[\d.]+,"endedAt"/, '"endedAt"'))).toThrow(/line 2 is not a fact/)
})

test('chunks of several live stages have the times of their own stages', async () => {
  const clock = manualClock()
  const streams = new Pipeline('two')
    .withStage('long', async function* (context) {
      for (const word of ['l1', 'l2']) {
        await context.clock.sleep(100)
        yield word
      }
    })
    .withStage('first', async (context) => void (await context.clock.sleep(50)))
    .withStage(
      'late/one',
      async function* (context) {
        await context.clock.sleep(100)
        yield 's1'
      },
      { dependencies: ['first'] },
    )
    .build({ clock })
  const recording = recordRun(streams, {}, { clock })
  await clock.runAll()
  const { cassette } = await recording
  await clock.advance(1_000)
  const replaying = replayRun(streams, cassette, { clock, live: ['long', 'late/one'] })
  await clock.runAll()
  const replayed = await replaying
  // "late/one" begins at once, since "first" is not called.
  expect(replayed.cassette).toEqual(cassette)
})

test('a replay has no chunks of stages that it did not come to', async () => {
  const say = async function* () {
    yield 'word'
  }
  const kid = new Pipeline('kid').withStage('say', say)
  const was = new Pipeline('p').withStage('old', say).withStage('kept', say).withPipeline('kid', kid).build()
  const is = new Pipeline('p').withStage('kept', say).withPipeline('kid', kid).build()
  const { cassette } = await recordRun(was)
  const pathsOf = ({ chunks }: Cassette): readonly string[] => chunks.map(({ path }) => path).toSorted()
  expect(pathsOf(cassette)).toEqual(['kept', 'kid/say', 'old'])
  const replayed = await replayRun(is, cassette)
  expect(replayed.unused).toEqual(['old'])
  expect(pathsOf(replayed.cassette)).toEqual(['kept', 'kid/say'])
})

test('a stage that was not reached is named beside those that run live already', async () => {
  const answering = (isDown: boolean) =>
    new Pipeline('chat')
      .withStage('ask/model', () => {
        if (isDown) throw new Error('no model')
        return { text: 'Hello' }
      })
      .withStage('save/it', ({ inputs }) => ({ saved: inputs.from('ask/model').text }), { dependencies: ['ask/model'] })
      .build()
  const { cassette } = await recordRun(answering(true))
  await expect(replayRun(answering(false), cassette, { live: ['ask/model'] })).rejects.toThrow(
    refused('testing/not-recorded', /came to "save\/it", .*\{ live: \['ask\/model', 'save\/it'\] \}/),
  )
  const { result } = await replayRun(answering(false), cassette, { live: ['ask/model', 'save/it'] })
  expect(result.data).toEqual({ 'ask/model': { text: 'Hello' }, 'save/it': { saved: 'Hello' } })
})
