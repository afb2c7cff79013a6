import { type StageflowEvent, systemClock } from '@stageflow/core'
import { beforeAll, expect, test } from 'vitest'
import type { Model } from '../src/model.ts'
import { openPlayer } from '../src/player.ts'
import { findProfile, moderate } from '../src/services.ts'
import { speak } from '../src/speak.ts'
import { streamedTurn, type Turn, wholeTurn } from '../src/turn.ts'

const QUESTION = 'will it rain in paris today'
const graphs = { whole: wholeTurn.build(), streamed: streamedTurn.build() }
/** Ends a run in which stages wait for each other. */
const TIMEOUT_MS = 60_000
let utterance: Uint8Array

beforeAll(async () => {
  utterance = await speak(QUESTION, 'rms', new AbortController().signal)
})

/** A model that goes on until it is stopped, or throws after so many sentences. */
function endlessModel(failsAfter = Infinity) {
  const seen = { sentences: 0, stopped: false }
  const model: Model = {
    async *answer(_intent, _name, signal) {
      try {
        for (;;) {
          for (const word of ['It ', 'may ', 'rain ', 'soon. ']) {
            await systemClock.sleep(5, signal)
            yield word
          }
          if (++seen.sentences === failsAfter) throw new Error('the model broke')
        }
      } finally {
        seen.stopped = true
      }
    },
  }
  return { model, seen }
}

function portsFor(model: Model, onSentence: (sentence: number) => void = () => {}, speed = 8) {
  const history: Turn[] = []
  const player = openPlayer(systemClock, speed, onSentence)
  return { ports: { utterance, model, moderate, findProfile, player, history }, player, history }
}

test('a person who talks over the answer stops the model, and the history keeps what was heard', async () => {
  const { model, seen } = endlessModel()
  const talkOver = (sentence: number): void => {
    if (sentence === 3) setTimeout(() => run.interrupt('the person speaks'), 300)
  }
  const { ports, player, history } = portsFor(model, talkOver, 1)
  const run = graphs.streamed.start({}, { ports })
  const result = await run.result
  expect(result).toMatchObject({ status: 'cancelled', reason: 'the person speaks' })
  expect(seen.stopped).toBe(true)
  expect(player.heard).toMatch(/^It may rain soon\. It may rain soon\. It( may)?( rain)?$/)
  expect(result.data.play).toEqual({ heard: player.heard, interrupted: true })
  expect(history).toEqual([{ question: QUESTION, heard: player.heard, interrupted: true }])
})

test('sentences wait for the player: the model is not far ahead of it', async () => {
  const { model, seen } = endlessModel()
  let ahead = 0
  const { ports } = portsFor(model, (sentence) => {
    ahead = Math.max(ahead, seen.sentences - sentence)
    if (sentence === 8) run.interrupt('the person speaks')
  })
  const run = graphs.streamed.start({}, { ports })
  const { report } = await run.result
  // Two sentences wait to be played, one waits for room, and the 16 words that wait to be said are four.
  expect(ahead).toBeGreaterThan(0)
  expect(ahead).toBeLessThanOrEqual(7)
  expect(report.stages.play.inbox?.mostWaiting).toBeLessThanOrEqual(2)
})

test('the model answers while the question is checked, and the first audio comes after the check', async () => {
  const { model, seen } = endlessModel()
  const { ports, player } = portsFor(model, () => run.interrupt('heard enough'))
  let allowedAt = Infinity
  async function allow(_question: string, signal: AbortSignal): Promise<undefined> {
    while (seen.sentences === 0) await systemClock.sleep(5, signal)
    allowedAt = systemClock.now()
  }
  const run = graphs.streamed.start({}, { ports: { ...ports, moderate: allow }, timeoutMs: TIMEOUT_MS })
  await run.result
  expect(player.firstAudioAt).toBeGreaterThanOrEqual(allowedAt)
})

test('a person who talks while the question is still checked ends the turn, and nothing is remembered', async () => {
  const { model, seen } = endlessModel()
  const { ports, player, history } = portsFor(model)
  async function neverDecide(_question: string, signal: AbortSignal): Promise<undefined> {
    while (seen.sentences === 0) await systemClock.sleep(5, signal)
    run.interrupt('the person speaks')
    await systemClock.sleep(60_000, signal)
  }
  const run = graphs.streamed.start({}, { ports: { ...ports, moderate: neverDecide }, timeoutMs: TIMEOUT_MS })
  const { status } = await run.result
  expect([status, seen.stopped, player.firstAudioAt, history]).toEqual(['cancelled', true, undefined, []])
})

test('a profile that comes late is left out of the answer, and its search is stopped', async () => {
  const names: (string | undefined)[] = []
  const model: Model = {
    async *answer(_intent, name) {
      names.push(name)
      yield 'Yes.'
    },
  }
  const { ports, history } = portsFor(model)
  const findSlowly = (signal: AbortSignal): Promise<never> => systemClock.sleep(60_000, signal) as Promise<never>
  const { status, report } = await graphs.streamed.run(
    {},
    { ports: { ...ports, findProfile: findSlowly }, timeoutMs: TIMEOUT_MS },
  )
  expect([status, names]).toEqual(['completed', [undefined]])
  expect(report.stages.profile).toMatchObject({ status: 'skip', reason: 'late' })
  expect(history).toEqual([{ question: QUESTION, heard: 'Yes.', interrupted: false }])
})

test.each(['whole', 'streamed'] as const)(
  'a run that is cancelled stops the model, and remembers nothing (%s)',
  async (how) => {
    const { model, seen } = endlessModel()
    const { ports, history } = portsFor(model)
    const run = graphs[how].start({}, { ports })
    const watch = setInterval(() => {
      if (seen.sentences > 1) run.cancel('stopped by Ctrl-C')
    }, 5)
    const result = await run.settled
    clearInterval(watch)
    expect([result.status, seen.stopped, history]).toEqual(['cancelled', true, []])
  },
)

test.each(['whole', 'streamed'] as const)('a model that breaks fails the turn with its own error (%s)', async (how) => {
  const { model } = endlessModel(2)
  const { ports, history } = portsFor(model)
  await expect(graphs[how].run({}, { ports })).rejects.toThrow('the model broke')
  expect(history).toEqual([])
})

test.each(['whole', 'streamed'] as const)(
  'a question that the check refuses stops the model: nothing of its answer is played, kept or seen (%s)',
  async (how) => {
    const { model, seen } = endlessModel()
    const { ports, player, history } = portsFor(model)
    async function refuse(question: string, signal: AbortSignal): Promise<string> {
      while (seen.sentences === 0) await systemClock.sleep(5, signal)
      return `not this: ${question}`
    }
    const events: StageflowEvent[] = []
    const eventSink = { emit: () => {}, tryEmit: (event: StageflowEvent) => void events.push(event), chunks: true }
    const options = { ports: { ...ports, moderate: refuse }, eventSink, timeoutMs: TIMEOUT_MS }
    const { status, data, report } = await graphs[how].run({}, options)
    expect(status).toBe('completed')
    expect(report.stages.moderation).toMatchObject({ status: 'skip', reason: `not this: ${QUESTION}` })
    for (const name of ['answer', 'speech', 'play', 'remember'] as const)
      expect(report.stages[name].status).toBe('skip')
    expect([seen.stopped, player.firstAudioAt, history]).toEqual([true, undefined, []])
    expect(JSON.stringify([events, data, report])).not.toContain('soon')
    expect(events.some(({ type }) => type.endsWith('.chunk'))).toBe(false)
  },
)
