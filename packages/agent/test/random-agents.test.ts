import { systemClock } from '@stageflow/core'
import type { Clock } from '@stageflow/core'
import { startResumed } from '@stageflow/core/durable'
import { manualClock } from '@stageflow/testing'
import { crashAfterEveryFact } from '@stageflow/testing/durable'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { propertySettings } from '../../core/test/property-settings.ts'
import { messagesOf } from '../src/index.ts'
import type { AgentChunk, CallApproval, CallQuestion } from '../src/index.ts'
import { pairsProblem } from './pairs.ts'
import { approvalOf, buildRandom, idOf, randomAgent, textsOf, turnAt } from './random-agent.ts'
import type { RandomAgent, RandomTurn } from './random-agent.ts'
import { referenceAgent } from './reference-agent.ts'

const unhandled: unknown[] = []
const keep = (reason: unknown): void => void unhandled.push(reason)
beforeAll(() => void process.on('unhandledRejection', keep))
afterAll(() => void process.off('unhandledRejection', keep))

/** A person decides: all calls at once, or the first one. */
function approvalsFor(questions: readonly CallQuestion[], isOneByOne: boolean): Record<string, CallApproval> {
  const asked = isOneByOne ? questions.slice(0, 1) : questions
  return Object.fromEntries(asked.map(({ id, input }) => [id, approvalOf((input as { n: number }).n)]))
}

/** Runs an agent to its end, with all its approvals. */
async function runOf(given: RandomAgent) {
  const clock = manualClock()
  const { graph, doings } = buildRandom(given, clock)
  const options = { timeoutMs: 10_000, graceMs: 0 }
  const chunks: AgentChunk[] = []
  const kept: (readonly object[])[] = []
  let run = graph.start({ inputText: 'Go.' }, options)
  if (given.cancelAtMs !== undefined) clock.setTimeout(() => run.cancel('enough'), given.cancelAtMs)
  for (;;) {
    const reading = (async () => {
      for await (const chunk of run.chunks('turns')) chunks.push(chunk)
    })().catch(() => {}) // the report has the failure
    await clock.advance(20_000)
    const result = await run.settled
    await reading
    kept.push(messagesOf(given.shape, result))
    if (result.status !== 'suspended') return { result, chunks, kept, clock, doings }
    const { turns } = result.requests as { readonly turns: { readonly approve: readonly CallQuestion[] } }
    const answers = { turns: { approve: approvalsFor(turns.approve, given.isOneByOne) } }
    run = await startResumed(graph, result as never, answers as never, options)
  }
}

/** The calls that were made, but not in their turn. Those of one turn are made side by side, in any order. */
function notExpected(made: readonly string[], turns: readonly (readonly string[])[]): readonly string[] {
  const due = turns.map((turn) => [...turn])
  return made.filter((call) => {
    while (due[0]?.length === 0) due.shift()
    const place = due[0]?.indexOf(call) ?? -1
    if (place >= 0) due[0]?.splice(place, 1)
    return place < 0
  })
}

test('whatever a model calls, every call has its result, and an agent ends as it should', async () => {
  const seen = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(randomAgent, async (given) => {
      const expected = referenceAgent(given)
      const { result, chunks, kept, clock, doings } = await runOf(given)
      const { requests, made, open } = doings
      const isCancelled = result.status === 'cancelled'
      const answer = result.status === 'completed' ? result.data.turns?.turn : undefined
      const how = answer?.ended ?? (result.status === 'failed' ? (expected.code ?? 'failed') : result.status)
      seen.set(how, (seen.get(how) ?? 0) + 1)

      // Every request has each result once, in the order of the calls, behind what the one before had.
      for (const [index, { turn, messages, choice }] of requests.entries()) {
        expect(turn).toBe(index + 1)
        expect(pairsProblem(given.shape, messages)).toBeUndefined()
        expect(choice).toBe(expected.mayCall[index] === true ? 'auto' : 'none')
        const before = requests[index - 1]?.messages ?? []
        expect(messages.slice(0, before.length)).toEqual(before)
      }
      // So has what a stopped run leaves, which goes on behind the last request, and has nothing that a check has refused.
      for (const messages of kept) expect(pairsProblem(given.shape, messages)).toBeUndefined()
      const [, ...sent] = requests.at(-1)?.messages ?? []
      const left = kept.at(-1) ?? []
      expect(left.slice(0, sent.length)).toEqual(sent)
      const isRefused = (number: number): boolean => given.hasOverlap && given.guardFails === number
      if (isRefused(requests.length) && result.status === 'failed') expect(left).toHaveLength(sent.length)

      if (isCancelled) {
        expect(given.cancelAtMs).toBeDefined()
        expect(requests.length).toBeLessThanOrEqual(expected.requests)
        expect(notExpected(made, expected.made)).toEqual([])
      } else {
        expect(requests).toHaveLength(expected.requests)
        expect(notExpected(made, expected.made)).toEqual([])
        expect(made).toHaveLength(expected.made.flat().length)
        expect(result.status).toBe(expected.ended === undefined ? 'failed' : 'completed')
      }
      if (result.status === 'failed' && expected.code !== undefined)
        expect(result.errors[0]).toMatchObject({ code: expected.code })
      if (answer !== undefined) {
        const { ended, text, requests: turns, usage, isCounted } = expected
        expect(answer).toMatchObject({ ended, text, turns })
        if (isCounted) expect(answer.usage).toEqual(usage)
        else expect(answer.usage.estimated).toBe(true)
        if (isCounted) expect(result.report.usage).toMatchObject(usage)
        expect(answer.messages).toEqual([{ role: 'user', content: 'Go.' }, ...left])
      }
      // The chunks are the text of each turn, from its beginning.
      for (const { turn } of requests) {
        const texts = chunks.filter((chunk) => chunk.turn === turn).map(({ text }) => text)
        if (isRefused(turn)) expect(texts).toEqual([])
        expect(texts).toEqual(textsOf(turnAt(given, turn), turn).slice(0, texts.length))
      }
      // Nothing goes on.
      expect(open).toBe(0)
      expect(clock.pending).toBe(0)
      expect(unhandled).toEqual([])
    }),
    propertySettings(20_000, 0.025),
  )
  const ways = ['answer', 'max-turns', 'budget', 'denied', 'repeated-calls', 'agent/limit', 'failed', 'cancelled']
  expect([...seen.keys()].toSorted()).toEqual(ways.toSorted())
}, 600_000)

/** Time passes at once. */
const quickClock: Clock = { ...systemClock, sleep: () => Promise.resolve() }

/** The same agent without what differs from run to run, such as made ids. */
const repeatable = (given: RandomAgent): RandomAgent => ({
  ...given,
  hasOverlap: false,
  turns: given.turns.map(({ calls, end, ...turn }) => ({
    ...turn,
    end: end === 'hang' ? '503' : end,
    calls: calls.map((call, place) => {
      const isFirst = calls.findIndex(({ id }) => id === call.id) === place
      return isFirst && call.id !== 'missing' && call.id !== '' ? call : { ...call, id: 'own' }
    }),
  })),
})

/** The answers to all that a turn may ask. */
const answersTo = ({ calls }: RandomTurn, turn: number): Record<string, CallApproval> =>
  Object.fromEntries(calls.map((call, place) => [idOf(call, turn, place) ?? '', approvalOf(call.n)]))

test('after a crash at any fact an agent ends alike, and asks no model again', async () => {
  let crashes = 0
  await fc.assert(
    fc.asyncProperty(randomAgent.map(repeatable), async (given) => {
      const { graph, doings } = buildRandom(given, quickClock)
      const answers = Object.fromEntries(
        given.turns.map((turn, index) => [`turns#${index + 1}/approve`, answersTo(turn, index + 1)]),
      )
      const report = await crashAfterEveryFact(graph, { inputText: 'Go.' }, given.hasApprovals ? { answers } : {})
      crashes += report.crashes
      expect(report.differences).toEqual([])
      const { requests, ended } = referenceAgent(given)
      expect(report.status).toBe(ended === undefined ? 'failed' : 'completed')
      expect(doings.requests).toHaveLength(requests * (report.crashes + 1))
      // Only calls of the turn in progress are made again.
      expect(report.ranTwice.filter((key) => !/^turns#\d+\/act#/.test(key))).toEqual([])
    }),
    propertySettings(2_000, 0.025),
  )
  expect(crashes).toBeGreaterThan(100)
}, 600_000)
