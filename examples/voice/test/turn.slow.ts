import { systemClock } from '@stageflow/core'
import { beforeAll, expect, test } from 'vitest'
import type { Model } from '../src/model.ts'
import { openPlayer } from '../src/player.ts'
import { findProfile, moderate } from '../src/services.ts'
import { speak } from '../src/speak.ts'
import { streamedTurn, type Turn, wholeTurn } from '../src/turn.ts'

const QUESTION = 'will it rain in paris today'
const graphs = { whole: wholeTurn.build(), streamed: streamedTurn.build() }
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
  const bargeIn = new AbortController()
  const history: Turn[] = []
  const player = openPlayer(systemClock, speed, onSentence)
  const ports = { utterance, model, moderate, findProfile, player, history, bargeIn: bargeIn.signal }
  return { ports, bargeIn, player, history }
}

test('a person who talks over the answer stops the model, and the history keeps what was heard', async () => {
  const { model, seen } = endlessModel()
  const talkOver = (sentence: number): void => {
    if (sentence === 3) setTimeout(() => bargeIn.abort('the person speaks'), 300)
  }
  const { ports, bargeIn, player, history } = portsFor(model, talkOver, 1)
  const result = await graphs.streamed.run({}, { ports })
  expect(result.status).toBe('completed')
  expect(seen.stopped).toBe(true)
  expect(player.heard).toMatch(/^It may rain soon\. It may rain soon\. It( may)?( rain)?$/)
  expect(history).toEqual([{ question: QUESTION, heard: player.heard, interrupted: true }])
})

test('sentences wait for the player: the model is not far ahead of it', async () => {
  const { model, seen } = endlessModel()
  let ahead = 0
  const { ports, bargeIn } = portsFor(model, (sentence) => {
    ahead = Math.max(ahead, seen.sentences - sentence)
    if (sentence === 6) bargeIn.abort('the person speaks')
  })
  await graphs.streamed.run({}, { ports })
  // Two wait to be said and two to be played, and one is on its way into each queue.
  expect(ahead).toBeGreaterThan(0)
  expect(ahead).toBeLessThanOrEqual(6)
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
  'a question that the check refuses never reaches the model (%s)',
  async (how) => {
    const { model, seen } = endlessModel()
    const { ports, player, history } = portsFor(model)
    const refuse = async (question: string): Promise<string> => `not this: ${question}`
    const result = await graphs[how].run({}, { ports: { ...ports, moderate: refuse } })
    expect(result).toMatchObject({ status: 'cancelled', reason: `not this: ${QUESTION}` })
    expect([seen.stopped, player.firstAudioAt, history]).toEqual([false, undefined, []])
  },
)
