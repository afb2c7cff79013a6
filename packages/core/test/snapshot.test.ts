import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { manualClock } from '../../testing/src/index.ts'
import { ContextSnapshot, Pipeline } from '../src/index.ts'
import type { RunInput } from '../src/index.ts'

const refusal = (input: unknown): { readonly code: string; readonly message: string } => {
  try {
    return { code: 'none', message: JSON.stringify(new ContextSnapshot(input as RunInput)) }
  } catch (error) {
    return error as { code: string; message: string }
  }
}

test('the flat fields and the bundles are two views of the same values', () => {
  const flat = new ContextSnapshot({
    pipelineRunId: 'run-1',
    userId: 'ada',
    inputText: 'hi',
    messages: [{ role: 'user', content: 'hi' }],
    routingDecision: 'fast',
    profile: { name: 'Ada' },
    documents: [1],
    topology: 'chat',
    executionMode: 'practice',
    metadata: { a: 1 },
    createdAt: 5,
  })
  const bundled = new ContextSnapshot({
    runId: { pipelineRunId: 'run-1', userId: 'ada' },
    conversation: { inputText: 'hi', messages: [{ role: 'user', content: 'hi' }], routingDecision: 'fast' },
    enrichments: { profile: { name: 'Ada' }, documents: [1] },
    topology: 'chat',
    executionMode: 'practice',
    metadata: { a: 1 },
    createdAt: 5,
  })
  expect(flat.toJSON()).toEqual(bundled.toJSON())
  expect(flat.runId).toEqual({
    pipelineRunId: 'run-1',
    requestId: undefined,
    sessionId: undefined,
    userId: 'ada',
    orgId: undefined,
    interactionId: undefined,
  })
  expect(flat.conversation).toEqual({
    messages: [{ role: 'user', content: 'hi' }],
    inputText: 'hi',
    routingDecision: 'fast',
  })
  expect(flat.enrichments).toEqual({ profile: { name: 'Ada' }, memory: undefined, documents: [1], webResults: [] })
  expect([
    bundled.userId,
    bundled.inputText,
    bundled.messages,
    bundled.routingDecision,
    bundled.topology,
    bundled.executionMode,
    bundled.metadata,
    bundled.createdAt,
  ]).toEqual(['ada', 'hi', [{ role: 'user', content: 'hi' }], 'fast', 'chat', 'practice', { a: 1 }, 5])
})

test('an empty snapshot gets an id and a time, its lists are empty, and its other fields are undefined', () => {
  const snapshot = new ContextSnapshot()
  expect(snapshot.pipelineRunId).toMatch(/^[0-9a-f-]{36}$/)
  expect(snapshot.createdAt).toBeGreaterThan(0)
  expect([
    snapshot.messages,
    snapshot.inputText,
    snapshot.requestId,
    snapshot.sessionId,
    snapshot.orgId,
    snapshot.interactionId,
    snapshot.extensions,
    snapshot.metadata,
    snapshot.topology,
  ]).toEqual([[], undefined, undefined, undefined, undefined, undefined, {}, {}, undefined])
})

test("case 20: a snapshot is frozen all the way down, and the caller's objects don't change", () => {
  const metadata = { tags: ['a'], nested: { deep: [{}] } }
  const snapshot = new ContextSnapshot({ metadata })
  expect(() => (snapshot.metadata['tags'] as string[]).push('b')).toThrow(TypeError)
  expect(() => Object.assign(snapshot, { userId: 'eve' })).toThrow(TypeError)
  expect(() => Object.assign(snapshot.conversation, { inputText: 'x' })).toThrow(TypeError)
  expect([Object.isFrozen(metadata), Object.isFrozen(metadata.nested.deep[0])]).toEqual([false, false])
  metadata.tags.push('later')
  expect(snapshot.metadata['tags']).toEqual(['a'])
})

test('a stage can neither define nor add a property on the snapshot', async () => {
  const attempts: ((snapshot: object) => unknown)[] = [
    (snapshot) => Object.defineProperty(snapshot, 'orgId', { value: 'org-victim' }),
    (snapshot) => Object.assign(snapshot, { stash: 1 }),
    (snapshot) => Object.setPrototypeOf(snapshot, { orgId: 'org-victim' }),
  ]
  for (const change of attempts) {
    for (const input of [{ orgId: 'org-own' }, new ContextSnapshot({ orgId: 'org-own' })]) {
      const result = await new Pipeline('demo')
        .withStage('evil', ({ snapshot }) => void change(snapshot), { onFailure: 'skip' })
        .withStage('next', ({ snapshot, orgId }) => ({ orgId, seen: snapshot.orgId, stash: 'stash' in snapshot }), {
          dependencies: ['evil'],
          join: 'settled',
        })
        .build()
        .run(input)
      expect(result.report.stages['evil']?.error?.message).toMatch(/not extensible/)
      expect(result.data.next).toEqual({ orgId: 'org-own', seen: 'org-own', stash: false })
    }
  }
  const copies = [
    new ContextSnapshot(),
    new ContextSnapshot().withIdentity({ userId: 'ada' }),
    ContextSnapshot.fromJSON({}),
  ]
  expect(copies.map((snapshot) => Object.isFrozen(snapshot))).toEqual([true, true, true])
})

test('class instances in a snapshot are neither copied nor frozen', () => {
  const when = new Date(0)
  expect(new ContextSnapshot({ metadata: { when } }).metadata['when']).toBe(when)
  expect(Object.isFrozen(when)).toBe(false)
})

test("copies with other fields share the rest with the original, and don't change it", () => {
  const first = new ContextSnapshot({
    pipelineRunId: 'run-1',
    inputText: 'hi',
    metadata: { a: 1 },
    profile: { name: 'Ada' },
  })
  const second = first
    .withIdentity({ userId: 'ada' })
    .withConversation({ inputText: 'bye' })
    .withEnrichments({ memory: [1] })
    .withMetadata({ b: 2 })
    .withExtensions({ 'acme/x': 1 } as never)
  expect(second.toJSON()).toMatchObject({
    runId: { pipelineRunId: 'run-1', userId: 'ada' },
    conversation: { inputText: 'bye' },
    enrichments: { profile: { name: 'Ada' }, memory: [1] },
    metadata: { a: 1, b: 2 },
    extensions: { 'acme/x': 1 },
  })
  expect(first.toJSON()).toMatchObject({
    runId: { userId: undefined },
    conversation: { inputText: 'hi' },
    metadata: { a: 1 },
    extensions: {},
  })
  expect((second.enrichments.profile as object) === (first.enrichments.profile as object)).toBe(true)
  expect(second.createdAt).toBe(first.createdAt)
})

test('an extension that is undefined is like a missing one', () => {
  const snapshot = new ContextSnapshot({ extensions: { typedKey: undefined } })
  expect(snapshot.extensions.typedKey).toBeUndefined()
  expect(JSON.parse(JSON.stringify(snapshot))).toMatchObject({ extensions: {} })
  expect(snapshot.withExtensions({ typedKey: 'a' }).withExtensions({ typedKey: undefined }).extensions).toEqual({})
})

test('a snapshot is equal to one that is made from its JSON', () => {
  const snapshot = new ContextSnapshot({
    userId: 'ada',
    inputText: 'hi',
    documents: [{ id: 1 }],
    metadata: { a: [1, { b: 2 }] },
  })
  const back = ContextSnapshot.fromJSON(JSON.parse(JSON.stringify(snapshot)))
  expect(back.toJSON()).toEqual(snapshot.toJSON())
  expect(JSON.stringify(back)).toBe(JSON.stringify(snapshot))
})

test('a snapshot prints its fields', () => {
  expect(inspect(new ContextSnapshot({ userId: 'ada' }))).toContain("userId: 'ada'")
})

test('the input of a run is a snapshot or a plain object', async () => {
  const graph = new Pipeline('demo')
    .withStage('a', ({ snapshot, pipelineRunId, userId, requestId, sessionId, orgId, interactionId }) => ({
      text: snapshot.inputText,
      ids: [pipelineRunId, userId, requestId, sessionId, orgId, interactionId],
    }))
    .build()
  const input: RunInput = {
    pipelineRunId: 'run-1',
    userId: 'u',
    requestId: 'q',
    sessionId: 's',
    orgId: 'o',
    interactionId: 'i',
    inputText: 'hi',
  }
  for (const given of [input, new ContextSnapshot(input)])
    expect((await graph.run(given)).data.a).toEqual({ text: 'hi', ids: ['run-1', 'u', 'q', 's', 'o', 'i'] })
})

test('a snapshot without a time gets the start time of the run, on its clock', async () => {
  const clock = manualClock({ startAt: 42 })
  const graph = new Pipeline('demo')
    .withStage('a', ({ snapshot }) => ({ createdAt: snapshot.createdAt }))
    .build({ clock })
  expect((await graph.run()).data.a).toEqual({ createdAt: 42 })
  expect((await graph.run({ createdAt: 7 })).data.a).toEqual({ createdAt: 7 })
})

test.each([
  ['a number', 5],
  ['a string', 'Hello'],
  ['an empty string', ''],
  ['an array', []],
  ['null', null],
  ['a function', () => {}],
  ['a class instance', new Map()],
])('an input that is %s is refused (core/snapshot)', async (_, input) => {
  expect(refusal(input)).toMatchObject({
    code: 'core/snapshot',
    message: expect.stringContaining("a plain object such as { inputText: 'Hello' }"),
  })
  const graph = new Pipeline('demo').withStage('a', () => ({})).build()
  await expect(graph.run(input as never)).rejects.toMatchObject({ code: 'core/snapshot' })
  await expect(graph.runSettled(input as never)).rejects.toMatchObject({ code: 'core/snapshot' })
  expect(() => graph.start(input as never)).toThrow(expect.objectContaining({ code: 'core/snapshot' }))
})

test.each([
  [{ inputText: 5 }, ['inputText must be a string', '5']],
  [{ userId: {} }, ['userId must be a string']],
  [{ messages: 'hi' }, ['messages must be an array', '"hi"']],
  [{ documents: {} }, ['documents must be an array']],
  [{ metadata: [] }, ['metadata must be a plain object']],
  [{ extensions: new Map() }, ['extensions must be a plain object']],
  [{ createdAt: 'now' }, ['createdAt must be a number', '"now"']],
  [{ createdAt: NaN }, ['createdAt must be a number']],
  [{ runId: 'run-1' }, ['runId must be a plain object', '"run-1"']],
  [{ conversation: null }, ['conversation must be a plain object', 'null']],
  [{ inputTxt: 'hi' }, ['unknown field "inputTxt" (did you mean "inputText"? known: ', 'metadata']],
  [{ runId: { user: 'ada' } }, ['unknown field "runId.user" (did you mean "userId"? known: pipelineRunId, ']],
  [{ colour: 'red' }, ['unknown field "colour" (known: ', 'metadata']],
])('the wrong field %o is refused by name (core/snapshot)', (input, words) => {
  const { code, message } = refusal(input)
  expect(code).toBe('core/snapshot')
  for (const word of words) expect(message).toContain(word)
})

test('fields that are undefined are like fields left out', () => {
  expect(refusal({ inputText: undefined, runId: undefined, metadata: undefined }).code).toBe('none')
})

test('a value that is nested too deep, or contains itself, is refused (core/snapshot)', () => {
  const cyclic: { self?: object } = {}
  cyclic.self = cyclic
  expect(refusal({ metadata: cyclic })).toMatchObject({
    code: 'core/snapshot',
    message: expect.stringContaining('contains itself'),
  })
})

test('a key named __proto__ stays data and changes no prototype', () => {
  const hostile = JSON.parse('{ "a": { "__proto__": { "polluted": true } } }') as Record<string, unknown>
  const { metadata } = new ContextSnapshot({ metadata: hostile }).withMetadata(
    JSON.parse('{ "__proto__": { "polluted": true } }') as Record<string, unknown>,
  )
  expect(JSON.stringify(metadata)).toBe('{"a":{"__proto__":{"polluted":true}},"__proto__":{"polluted":true}}')
  expect(({} as Record<string, unknown>)['polluted']).toBe(undefined)
  expect((metadata['a'] as Record<string, unknown>)['polluted']).toBe(undefined)
  expect(refusal(JSON.parse('{ "__proto__": { "inputText": "hi" } }'))).toMatchObject({
    code: 'core/snapshot',
    message: expect.stringContaining('"__proto__"'),
  })
  expect(refusal(JSON.parse('{ "runId": { "__proto__": { "userId": "root" } } }'))).toMatchObject({
    code: 'core/snapshot',
  })
})

test('a field that is passed as undefined replaces the value before', async () => {
  const snapshot = new ContextSnapshot({ userId: 'ada', inputText: 'hi', profile: { name: 'Ada' } })
  expect(snapshot.withConversation({ inputText: undefined }).inputText).toBe(undefined)
  expect(snapshot.withIdentity({ userId: undefined as never }).userId).toBe(undefined)
  expect(snapshot.withEnrichments({ profile: undefined }).enrichments.profile).toBe(undefined)
  const child = new Pipeline('child').withStage('inner', (context) => ({
    text: context.snapshot.inputText ?? 'none',
    user: context.userId ?? 'none',
  }))
  const graph = new Pipeline('demo').withPipeline('child', child, { input: () => ({ inputText: undefined }) }).build()
  expect((await graph.run(snapshot)).data.child?.inner).toEqual({ text: 'none', user: 'ada' })
})

test('an object that is in a value many times is copied once', () => {
  let value: object = { leaf: true }
  for (let level = 0; level < 60; level++) value = { left: value, right: value }
  const { metadata } = new ContextSnapshot({ metadata: { value } })
  const copied = metadata['value'] as { left: object; right: object }
  expect(copied.left).toBe(copied.right)
  expect(Object.isFrozen(copied.left)).toBe(true)
})
