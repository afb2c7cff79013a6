import { createOpenAI } from '@ai-sdk/openai'
import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageGraph } from '@stageflow/core'
import { stream } from '@stageflow/core/edges'
import { modelBudget } from '@stageflow/models'
import { aiSdk } from '@stageflow/provider-ai-sdk'
import { openaiChat, openaiResponses } from '@stageflow/provider-openai'
import { resume, suspendedState } from '@stageflow/suspend'
import { fakeModelServer } from '@stageflow/testing/model-server'
import type { FakeModelServer, ServedAnswer } from '@stageflow/testing/model-server'
import { ToolExecutor } from '@stageflow/tool-executor'
import { ToolRegistry, defineTool } from '@stageflow/tools'
import type { AnyTool } from '@stageflow/tools'
import OpenAI from 'openai'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { agent, messagesOf, pipelineTool } from '../src/index.ts'
import type { AgentOptions } from '../src/index.ts'

let server: FakeModelServer | undefined
let made: string[] = []
afterEach(async () => {
  await server?.close()
  made = []
})

const weather = defineTool({
  name: 'weather',
  description: 'The weather of a city.',
  input: z.object({ city: z.string() }),
  execute: ({ city }) => {
    made.push(city)
    return { degrees: city.length }
  },
})
const refund = defineTool({
  name: 'refund',
  description: 'Pays money back.',
  input: z.object({ cents: z.number() }),
  execute: ({ cents }) => {
    made.push(`refund ${cents}`)
    return { refunded: cents }
  },
})
const tools = new ToolRegistry({ tools: [weather, refund] })

let id = 0
const call = (name: string, input: object): ServedAnswer => ({
  toolCalls: [{ id: `call_${++id}`, name, arguments: JSON.stringify(input) }],
})
const ask = (city: string): ServedAnswer => call('weather', { city })
const says = (...text: string[]): ServedAnswer => ({ text })

type Options = Partial<AgentOptions<'ai-sdk', { role: 'user'; content: string }, {}>>

/** An agent whose model answers as scripted. */
async function agentOf(script: readonly ServedAnswer[], options: Options = {}) {
  server = await fakeModelServer(script)
  const model = createOpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none' }).chat('gpt')
  return agent({
    shape: 'ai-sdk',
    model: (context, request) => aiSdk(context, { model, ...request }),
    tools,
    ...options,
  })
}
const bodies = (): any[] => (server?.requests ?? []).map(({ body }) => body)
const last = (): any => bodies().at(-1)
const firstError = (result: object): unknown => ('errors' in result ? (result.errors as unknown[])[0] : undefined)

test('the model is asked, its calls are made, and it gets their results until it answers', async () => {
  const graph = (await agentOf([ask('Oslo'), ask('Rome'), says('4 ', 'degrees.')])).build()
  const { data, report } = await graph.run({ inputText: 'Is it cold in Rome?' })
  expect(data.turns?.turn).toMatchObject({ text: '4 degrees.', ended: 'answer', turns: 3 })
  expect(made).toEqual(['Oslo', 'Rome'])
  expect(last().messages.map(({ role }: any) => role)).toEqual(['user', 'assistant', 'tool', 'assistant', 'tool'])
  expect(last().messages.at(-1).content).toBe('{"degrees":4}')
  expect(data.turns?.turn.usage).toEqual({ inputTokens: 27, outputTokens: 9 })
  expect(report.usage).toMatchObject({ inputTokens: 27, outputTokens: 9 })
})

test('calls of one turn are made side by side, and each has its result in the order of the calls', async () => {
  const both: ServedAnswer = {
    toolCalls: [
      { id: 'a', name: 'weather', arguments: '{"city":"Oslo"}' },
      { id: 'b', name: 'weather', arguments: '{"city":"Bergen"}' },
      { id: 'c', name: 'wether', arguments: '{"city":"Rome"}' },
    ],
  }
  const graph = (await agentOf([both, says('Well.')])).build()
  const { report } = await graph.run({ inputText: 'Compare them.' })
  expect(
    last()
      .messages.filter(({ role }: any) => role === 'tool')
      .map((one: any) => [one.tool_call_id, one.content]),
  ).toEqual([
    ['a', '{"degrees":4}'],
    ['b', '{"degrees":6}'],
    ['c', expect.stringContaining('did you mean')],
  ])
  expect(report.stages.turns.children?.[0]?.stages['act']?.items).toMatchObject({ ok: 3 })
})

test('the text is streamed with the number of its turn', async () => {
  const first: ServedAnswer = { ...ask('Oslo'), text: ['I look. '] }
  const run = (await agentOf([first, says('It is ', 'cold.')])).build().start({ inputText: 'Cold?' })
  const chunks = []
  for await (const chunk of run.chunks('turns')) chunks.push(chunk)
  await run.result
  expect(chunks).toEqual([
    { turn: 1, text: 'I look. ' },
    { turn: 2, text: 'It is ' },
    { turn: 2, text: 'cold.' },
  ])
})

test('in the last turn the model may call no tool, and the answer says that a limit was reached', async () => {
  const graph = (await agentOf([ask('A'), ask('B'), says('I know only so much.')], { maxTurns: 3 })).build()
  const { data } = await graph.run({ inputText: 'Everywhere?' })
  expect(data.turns?.turn).toMatchObject({ text: 'I know only so much.', ended: 'max-turns', turns: 3 })
  expect(bodies().map(({ tool_choice }) => tool_choice)).toEqual(['auto', 'auto', 'none'])
})

test('a model that calls a tool though it may not is not obeyed, and each call has a result all the same', async () => {
  server = await fakeModelServer([ask('A'), ask('B'), ask('C')])
  const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none' })
  const graph = agent({
    shape: 'openai-chat',
    model: (context, request) => openaiChat(context, { client, model: 'gpt', ...request }),
    tools,
    maxTurns: 3,
  }).build()
  const { data } = await graph.run({ inputText: 'Everywhere?' })
  expect(data.turns?.turn).toMatchObject({ text: '', ended: 'max-turns' })
  expect(made).toEqual(['A', 'B'])
  expect(data.turns?.turn.messages.at(-1)).toMatchObject({
    role: 'tool',
    content: expect.stringContaining('was not made'),
  })
})

test('a model whose client refuses such a call ends the agent with an empty text', async () => {
  const graph = (await agentOf([ask('A'), ask('B'), ask('C')], { maxTurns: 3 })).build()
  const { data } = await graph.run({ inputText: 'Everywhere?' })
  expect(data.turns?.turn).toMatchObject({ text: '', ended: 'max-turns', turns: 3 })
  expect(made).toEqual(['A', 'B'])
})

test('with onLimit: fail, every request may call tools, and the agent fails at its limit', async () => {
  const graph = (await agentOf([ask('A'), ask('B'), ask('C')], { maxTurns: 3, onLimit: 'fail' })).build()
  expect(await graph.runSettled({ inputText: 'Everywhere?' })).toMatchObject({
    status: 'failed',
    errors: [{ code: 'agent/limit', message: expect.stringContaining('max-turns') }],
  })
  expect(bodies().map(({ tool_choice }) => tool_choice)).toEqual(['auto', 'auto', 'auto'])
  expect(made).toEqual(['A', 'B'])
})

test('the same call in three turns in a row ends the agent', async () => {
  const graph = (await agentOf([ask('A'), ask('A'), ask('A'), says('It stays the same.')])).build()
  const { data } = await graph.run({ inputText: 'Is it cold?' })
  expect(data.turns?.turn).toMatchObject({ ended: 'repeated-calls', turns: 4, text: 'It stays the same.' })
})

test('above its tokens an agent makes no further call and asks no model', async () => {
  const graph = (
    await agentOf([ask('A'), { ...ask('B'), text: ['Now B.'] }, says('Never.')], { budget: { maxTokens: 20 } })
  ).build()
  const { data } = await graph.run({ inputText: 'Everywhere?' })
  expect(data.turns?.turn).toMatchObject({ ended: 'budget', turns: 2, text: 'Now B.' })
  expect(made).toEqual(['A'])
  expect(bodies()).toHaveLength(2)
})

test('a gateway that counts 0 tokens does not lift the limit of the agent', async () => {
  const usage = { inputTokens: 0, outputTokens: 0 }
  const script = ['A', 'B', 'C', 'D', 'E'].map((city) => ({ ...ask(city), usage }))
  const graph = (await agentOf(script, { budget: { maxTokens: 60 } })).build()
  const { data } = await graph.run({ inputText: 'x'.repeat(100) })
  expect(data.turns?.turn).toMatchObject({ ended: 'budget', usage: { estimated: true } })
  expect(bodies().length).toBeLessThan(3)
})

test.each<[string, object]>([
  ['messages', { messages: async () => [] }],
  ['messages', { messages: () => 'Hi' }],
  ['messages', { messages: () => [null] }],
  ['trim', { trim: async (messages: unknown) => messages }],
  ['trim', { trim: () => undefined }],
  ['model', { model: () => Promise.reject(new Error('late')) }],
  ['model', { model: () => 'Hello' }],
  [
    'model',
    {
      model: async function* () {
        yield* []
        return { name: 'Bern' }
      },
    },
  ],
])('%s that returns something else is named', async (name, options) => {
  const graph = (await agentOf([says('Hello')], options as Options)).build()
  expect(firstError(await graph.runSettled({ inputText: 'Hi' }))).toMatchObject({
    code: 'agent/illegal-option',
    message: expect.stringContaining(`${name}() of agent() returned`),
  })
})

test.each([
  ['answer', { status: 'completed', data: { turns: { turn: { ended: 'budget', turns: 3, text: '' } } } }],
  ['fail', { status: 'failed', errors: [{ code: 'models/budget' }] }],
] as const)('at a limit of modelBudget, with onLimit: %s, no model is asked', async (onLimit, expected) => {
  const budget = modelBudget({ perRun: { maxRequests: 2 }, expectOutputTokens: 10 })
  const graph = (await agentOf([ask('A'), ask('B'), says('Never.')], { onLimit })).build({ interceptors: [budget] })
  expect(await graph.runSettled({ inputText: 'Everywhere?' })).toMatchObject(expected)
  expect(bodies()).toHaveLength(2)
  expect(made).toEqual(['A', 'B'])
})

test('a finish reason that does not name the calls leaves none open', async () => {
  const graph = (await agentOf([{ ...ask('Oslo'), ending: 'stop' }, says('Done.')])).build()
  const { data } = await graph.run({ inputText: 'Cold?' })
  expect([data.turns?.turn.text, made]).toEqual(['Done.', ['Oslo']])
})

test('an approval suspends the run, and an approved call is made with the arguments of the person', async () => {
  const script = [ask('Oslo'), call('refund', { cents: 900 }), says('Paid.')]
  const graph = (await agentOf(script, { approve: { when: ({ name }) => name === 'refund' } })).build()
  const suspended = await graph.run({ inputText: 'My money, please.' })
  if (suspended.status !== 'suspended') throw new Error('it must wait')
  const waiting = (suspended.requests.turns as any).approve[0]
  expect(waiting).toEqual({ id: expect.any(String), tool: 'refund', input: { cents: 900 } })
  expect(made).toEqual(['Oslo'])
  const result = await resume(graph, suspendedState(graph, suspended), {
    turns: { approve: { [waiting.id]: { approved: true, arguments: { cents: 450 } } } },
  })
  expect(result).toMatchObject({ status: 'completed', data: { turns: { turn: { text: 'Paid.', ended: 'answer' } } } })
  expect(made).toEqual(['Oslo', 'refund 450'])
  expect(bodies()).toHaveLength(3)
})

test('a denied call is not made, the model hears why, and answers without tools', async () => {
  const graph = (
    await agentOf([call('refund', { cents: 900 }), says('I may not.')], { approve: { when: () => true } })
  ).build()
  const suspended = await graph.run({ inputText: 'My money, please.' })
  if (suspended.status !== 'suspended') throw new Error('it must wait')
  const { id: waiting } = (suspended.requests.turns as any).approve[0]
  const result = await resume(graph, suspendedState(graph, suspended), {
    turns: { approve: { [waiting]: { approved: false, reason: 'Too much.' } } },
  })
  expect(result).toMatchObject({ data: { turns: { turn: { text: 'I may not.', ended: 'denied' } } } })
  expect(last().messages.at(-1).content).toContain('Too much.')
  expect(made).toEqual([])
})

test('a call that could not be read when approvals were asked for is not made without one', async () => {
  const pay = defineTool({
    name: 'pay',
    description: 'Pays money.',
    input: z.object({ cents: z.number() }),
    execute: ({ cents }) => made.push(`pay ${cents}`),
  })
  const later: AnyTool[] = [refund]
  const source = { list: () => later }
  const both: ServedAnswer = {
    toolCalls: [
      { id: 'a', name: 'refund', arguments: '{"cents":1}' },
      { id: 'b', name: 'pay', arguments: '{"cents":2}' },
    ],
  }
  const options: Options = { approve: { when: () => true }, tools: new ToolRegistry({ sources: [source] }) }
  const graph = (await agentOf([both, says('Done.')], options)).build()
  const suspended = await graph.run({ inputText: 'My money, please.' })
  if (suspended.status !== 'suspended') throw new Error('it must wait')
  later.push(pay)
  const result = await resume(graph, suspendedState(graph, suspended), { turns: { approve: { a: true } } })
  expect(result).toMatchObject({ status: 'completed', data: { turns: { turn: { text: 'Done.' } } } })
  expect(made).toEqual(['refund 1'])
  expect(last().messages.at(-1).content).toContain('was not approved')
})

test.each<[string, () => unknown]>([
  ['nothing', () => {}],
  ['a number', () => 0],
  ['a text', () => 'yes'],
  ['a promise', () => Promise.reject(new Error('no database'))],
])('approve.when that returns %s is refused, and no call is made', async (_what, when) => {
  const graph = (await agentOf([ask('Oslo')], { approve: { when: when as never } })).build()
  expect(firstError(await graph.runSettled({ inputText: 'Cold?' }))).toMatchObject({
    code: 'agent/illegal-option',
    message: expect.stringContaining('approve.when'),
  })
  expect(made).toEqual([])
})

test('with onLimit: fail, no approval is asked for at the limit, and no call is made', async () => {
  const script = [call('refund', { cents: 900 })]
  const graph = (await agentOf(script, { approve: { when: () => true }, maxTurns: 1, onLimit: 'fail' })).build()
  expect(await graph.runSettled({ inputText: 'My money, please.' })).toMatchObject({
    status: 'failed',
    errors: [{ code: 'agent/limit' }],
  })
  expect(made).toEqual([])
})

test('calls whose ids are longer than the key of an item are made, and keep their ids in the messages', async () => {
  const ids = ['a', 'b'].map((end) => `call_${'x'.repeat(400)}${end}`)
  const toolCalls = ids.map((one) => ({ id: one, name: 'weather', arguments: '{"city":"Oslo"}' }))
  const graph = (await agentOf([{ toolCalls }, says('Cold.')])).build()
  const { data } = await graph.run({ inputText: 'Oslo?' })
  expect([data.turns?.turn.text, made]).toEqual(['Cold.', ['Oslo', 'Oslo']])
  expect(last().messages.flatMap((one: any) => one.tool_call_id ?? [])).toEqual(ids)
})

test.each(['constructor', '__proto__'])(
  'a call whose id is %s is made, and needs an approval of its own',
  async (name) => {
    const script: ServedAnswer[] = [
      {
        toolCalls: [
          { id: name, name: 'refund', arguments: '{"cents":900}' },
          { id: 'call_b', name: 'refund', arguments: '{"cents":100}' },
        ],
      },
      { toolCalls: [{ id: name, name: 'weather', arguments: '{"city":"Oslo"}' }] },
      says('Paid.'),
    ]
    const graph = (await agentOf(script, { approve: { when: (one) => one.name === 'refund' } })).build()
    const suspended = await graph.run({ inputText: 'My money, please.' })
    if (suspended.status !== 'suspended') throw new Error('it must wait')
    const again = await resume(graph, suspendedState(graph, suspended), { turns: { approve: { call_b: true } } })
    if (again.status !== 'suspended') throw new Error('it must wait for the other call')
    expect(again.requests).toMatchObject({ turns: { approve: [{ id: name }] } })
    expect(made).toEqual([])
    const answers = Object.fromEntries([[name, true]])
    await resume(graph, suspendedState(graph, again), { turns: { approve: answers } })
    expect(made.toSorted()).toEqual(['Oslo', 'refund 100', 'refund 900'])
  },
)

test('a guard that fails ends the agent before the model is asked', async () => {
  const graph = (await agentOf([says('Never.')], { guard: { check: () => StageOutput.fail('no') } })).build()
  expect(firstError(await graph.runSettled({ inputText: 'Hi' }))).toMatchObject({ message: 'no' })
  expect(bodies()).toHaveLength(0)
})

test.each([false, true])(
  'a guard that returns a skip is refused, because the agent would end without an answer (overlap: %s)',
  async (overlap) => {
    const check = () => StageOutput.skip('nothing to check')
    const graph = (await agentOf([says('Hello.')], { guard: { check, overlap } })).build()
    expect(firstError(await graph.runSettled({ inputText: 'Hi' }))).toMatchObject({
      code: 'agent/illegal-option',
      message: expect.stringContaining('guard.check'),
    })
  },
)

test('with overlap, the model is asked beside the check, and nothing of it is seen if the check fails', async () => {
  const gateway = Promise.withResolvers<void>()
  const guard = {
    overlap: true,
    check: async () => {
      await gateway.promise
      return StageOutput.fail('no')
    },
  }
  const graph = (await agentOf([ask('Oslo')], { guard })).build()
  const run = graph.start({ inputText: 'Hi' })
  while (bodies().length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  gateway.resolve()
  expect(await run.settled).toMatchObject({ status: 'failed', errors: [{ message: 'no' }] })
  expect(made).toEqual([])
})

test('trim cuts what a request has, and the conversation stays whole', async () => {
  const trim = (messages: readonly any[]) => messages.slice(-2)
  const graph = (await agentOf([ask('A'), ask('B'), says('Fine.')], { trim })).build()
  const { data } = await graph.run({ inputText: 'Everywhere?' })
  expect(bodies().map(({ messages }) => messages.length)).toEqual([1, 2, 2])
  expect(data.turns?.turn.messages).toHaveLength(6)
})

test('a trim that parts a call from its result is refused', async () => {
  const graph = (await agentOf([ask('A'), says('Fine.')], { trim: (messages) => messages.slice(-1) })).build()
  expect(firstError(await graph.runSettled({ inputText: 'Where?' }))).toMatchObject({ code: 'agent/cut-pair' })
})

test('it is refused also if another turn has a call with the same id', async () => {
  const same = (city: string): ServedAnswer => ({
    toolCalls: [{ id: 'call_0', name: 'weather', arguments: JSON.stringify({ city }) }],
  })
  // Without the first call, its result stands before the call of the second turn.
  const trim = (messages: readonly any[]) => messages.slice(messages.length > 3 ? 2 : 0)
  const graph = (await agentOf([same('Oslo'), same('Rome'), says('Fine.')], { trim })).build()
  expect(firstError(await graph.runSettled({ inputText: 'Where?' }))).toMatchObject({
    code: 'agent/cut-pair',
    message: expect.stringContaining('left the result "call_0" without its call'),
  })
})

test('a run that is stopped in a call leaves a conversation in which every call has a result', async () => {
  const slow = defineTool({
    name: 'slow',
    description: 'Takes long.',
    input: z.object({}),
    execute: (_input, { signal, clock }) => clock.sleep(60_000, signal).then(() => ({})),
  })
  const registry = new ToolRegistry({ tools: [weather, slow] })
  const both: ServedAnswer = {
    toolCalls: [
      { id: 'a', name: 'weather', arguments: '{"city":"Oslo"}' },
      { id: 'b', name: 'slow', arguments: '{}' },
    ],
  }
  const run = (await agentOf([ask('Rome'), both], { tools: registry })).build().start({ inputText: 'Go.' })
  while (made.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
  run.cancel('enough')
  const result = await run.settled
  expect(result.status).toBe('cancelled')
  const added = messagesOf('ai-sdk', result)
  expect(added.map(({ role }) => role)).toEqual(['assistant', 'tool', 'assistant', 'tool'])
  expect(added.at(-1)).toMatchObject({
    content: [
      { toolCallId: 'a', output: { type: 'text', value: '{"degrees":4}' } },
      { toolCallId: 'b', output: { type: 'error-text' } },
    ],
  })
})

test('a pipeline as a tool runs inside the call, and a failed one is a failed call', async () => {
  const lookUp = new Pipeline('look-up').withStage('find', ({ snapshot }) => {
    if (snapshot.inputText === 'nothing') throw new Error('not found')
    return { found: snapshot.inputText }
  })
  const hand = pipelineTool({
    name: 'look_up',
    description: 'Looks something up.',
    input: z.object({ what: z.string() }),
    pipeline: lookUp,
    toInput: ({ what }) => ({ inputText: what }),
    toOutput: ({ find }) => find.found,
  })
  const registry = new ToolRegistry({ tools: [hand] })
  const script = [call('look_up', { what: 'gold' }), call('look_up', { what: 'nothing' }), says('Gold.')]
  const graph = (await agentOf(script, { tools: registry })).build()
  const result = await graph.run({ inputText: 'Find.' })
  const results = last().messages.filter(({ role }: any) => role === 'tool')
  expect(results.map(({ content }: any) => content)).toEqual(['gold', expect.stringContaining('not found')])
  expect(Object.keys(result.children['turns#1']?.children ?? {})).toHaveLength(1)
})

test('an agent hands over to another agent', async () => {
  const inner = await fakeModelServer([{ text: ['42'] }])
  const innerModel = createOpenAI({ baseURL: `${inner.url}/v1`, apiKey: 'none' }).chat('small')
  const expert = agent({
    name: 'expert',
    shape: 'ai-sdk',
    model: (context, request) => aiSdk(context, { model: innerModel, ...request }),
    tools: new ToolRegistry(),
  })
  const askExpert = pipelineTool({
    name: 'ask_expert',
    description: 'Asks an expert.',
    input: z.object({ question: z.string() }),
    pipeline: expert,
    toInput: ({ question }) => ({ inputText: question }),
    toOutput: ({ turns }) => turns?.turn.text,
  })
  const script = [call('ask_expert', { question: 'Why?' }), says('It is 42.')]
  const graph = (await agentOf(script, { tools: new ToolRegistry({ tools: [askExpert] }) })).build()
  const { data, report } = await graph.run({ inputText: 'Why?' })
  expect(data.turns?.turn.text).toBe('It is 42.')
  expect(last().messages.at(-1).content).toBe('42')
  expect(report.usage).toMatchObject({ inputTokens: 27, outputTokens: 9 })
  await inner.close()
})

test.each<[string, StageOutput, string]>([
  ['waits for a person', StageOutput.suspend({ question: 'Really?' }), 'waits for a person'],
  ['is cancelled', StageOutput.cancel('closed on Sundays'), 'was cancelled: closed on Sundays'],
])('a pipeline as a tool that %s is a failed call, and the model reads why', async (_how, output, why) => {
  const hand = pipelineTool({
    name: 'look_up',
    description: 'Looks something up.',
    input: z.object({}),
    pipeline: new Pipeline('look-up').withStage('find', () => output),
    toInput: () => ({}),
  })
  const script = [call('look_up', {}), says('I cannot look that up.')]
  const result = await (
    await agentOf(script, { tools: new ToolRegistry({ tools: [hand] }) })
  )
    .build()
    .run({ inputText: 'Look.' })
  expect(result.data.turns?.turn).toMatchObject({ ended: 'answer', turns: 2 })
  const { content } = last().messages.at(-1)
  expect(JSON.parse(content).error).toContain(`The run that tool "look_up" has begun ${why}`)
  expect(content).not.toContain('Let this error pass')
  expect(result.children['turns#1']?.data).toMatchObject({
    act: { items: [{ status: 'failed', error: { code: 'agent/not-completed' } }] },
  })
})

test('a toInput that rejects is a failed call that says what it returned', async () => {
  const tool = pipelineTool({
    name: 'run',
    description: 'Runs.',
    input: z.object({}),
    pipeline: new Pipeline('nothing').withStage('a', () => ({})),
    toInput: (() => Promise.reject(new Error('too late'))) as never,
  })
  const registry = new ToolRegistry({ tools: [tool] })
  const graph = new Pipeline('outer').withStage('call', async (context) => {
    const calls = [{ id: 'a', name: 'run', arguments: '{}' }]
    return { results: await new ToolExecutor().execute(calls, { registry, context }) }
  })
  const { data } = await graph.build().run()
  expect(data.call?.results[0]).toMatchObject({
    status: 'failed',
    error: { message: expect.stringContaining('not an instance of Promise') },
  })
})

test('a pipeline as a tool outside of a stage is a failed call that says so', async () => {
  const nothing = new Pipeline('nothing').withStage('a', () => ({}))
  const tool = pipelineTool({
    name: 'run',
    description: 'Runs.',
    input: z.object({}),
    pipeline: nothing,
    toInput: () => ({}),
  })
  const [result] = await new ToolExecutor().execute([{ id: 'a', name: 'run', arguments: '{}' }], {
    registry: new ToolRegistry({ tools: [tool] }),
  })
  expect(result).toMatchObject({ status: 'failed', error: { code: 'agent/no-stage' } })
})

test.each([
  [undefined, 'the options must be an object, not undefined'],
  [{ toInput: () => ({}) }, 'pipeline must be a pipeline or a graph, not undefined'],
])('pipelineTool refuses %o', (definition, text) => {
  expect(() => pipelineTool(definition as never)).toThrow(
    expect.objectContaining({ code: 'agent/illegal-option', message: expect.stringContaining(text) }) as Error,
  )
})

test('messagesOf refuses a shape that it does not know', () => {
  expect(() => messagesOf('openai' as never, { children: {} })).toThrow(
    expect.objectContaining({ code: 'agent/illegal-option' }) as Error,
  )
})

const CLIENTS: Record<string, (client: OpenAI) => { build(): StageGraph<any, {}> }> = {
  'openai chat': (client) =>
    agent({
      shape: 'openai-chat',
      model: (context, request) => openaiChat(context, { client, model: 'gpt', ...request }),
      tools,
    }),
  'openai responses': (client) =>
    agent({
      shape: 'openai-responses',
      model: (context, request) => openaiResponses(context, { client, model: 'gpt', ...request }),
      tools,
    }),
}
test.each(Object.entries(CLIENTS))('%s: an agent keeps the messages of this client', async (_name, make) => {
  server = await fakeModelServer([ask('Oslo'), says('Cold.')])
  const graph = make(new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none' })).build()
  const { data } = await graph.run({ inputText: 'Oslo?' })
  expect((data as any).turns.turn).toMatchObject({ text: 'Cold.', ended: 'answer', turns: 2 })
  expect(JSON.stringify(last())).toContain('degrees')
})

test.each<[string, object]>([
  ['shape', { shape: 'openai' }],
  ['maxTurns', { maxTurns: 0 }],
  ['budget.maxTokens', { budget: {} }],
  ['approve.when', { approve: {} }],
  ['approve.otherwise', { approve: { when: () => true, otherwise: true } }],
  ['guard.check', { guard: { overlap: true } }],
  ['maxTurn', { maxTurn: 3 }],
  ['stages', { stages: { asks: {} } }],
  ['stages.ask', { stages: { ask: 3 } }],
  ['tools', { tools: [weather] }],
])('a wrong %s is refused', (name, wrong) => {
  const options = { shape: 'ai-sdk', model: () => {}, tools, ...wrong }
  expect(() => agent(options as never)).toThrow(
    expect.objectContaining({ code: 'agent/illegal-option', message: expect.stringContaining(name) }) as Error,
  )
})

test('another stage reads what it says over a stream edge, with the turn of each chunk', async () => {
  const support = await agentOf([{ ...ask('Oslo'), text: ['I ', 'look.'] }, says('4 ', 'degrees.')])
  const heard: unknown[] = []
  const graph = new Pipeline('spoken')
    .withPipeline('support', support, { chunks: 'turns' })
    .withStage(
      'speak',
      async ({ inputs }) => {
        for await (const { turn, text } of inputs.stream('support')) heard.push([turn, text])
      },
      { dependencies: [stream('support')] },
    )
    .build()
  await graph.run({ inputText: 'Is it cold in Oslo?' })
  expect(heard).toEqual([
    [1, 'I '],
    [1, 'look.'],
    [2, '4 '],
    [2, 'degrees.'],
  ])
})
