import { expect, test } from 'vitest'
import { durationMs } from '../src/audio.ts'
import { converse } from '../src/conversation.ts'
import type { TurnTaken } from '../src/session.ts'

const SEEDS = Array.from({ length: 3 }, () => Math.floor(Math.random() * 2 ** 31))

/** When the first audio came, counted from when the model was asked. Each turn recognizes the question again, and not in the same time. */
function afterModelBegan({ firstAudioMs, report }: TurnTaken): number {
  return firstAudioMs! - (report.stages['answer']!.startedAt! - report.startedAt)
}

test.each(SEEDS)('a conversation with questions that are drawn at random (seed %i)', async (seed) => {
  const lines: string[] = []
  const settings = { seed, speed: 4, agent: false, width: 80, color: false, signal: new AbortController().signal }
  const { turns, history, recording } = await converse({ ...settings, show: (line) => void lines.push(line) })
  expect(turns.map(({ question }) => question)).toEqual(turns.map(({ said }) => said))
  const [whole, streamed, interrupted, stop, refused] = turns

  // The answer is spoken while the model still writes it, and otherwise only after its last word.
  expect(streamed!.firstAudioMs).toBeLessThan(streamed!.lastWordMs!)
  expect(whole!.firstAudioMs).toBeGreaterThan(whole!.lastWordMs!)
  expect(afterModelBegan(streamed!)).toBeLessThan(afterModelBegan(whole!))
  expect(streamed!.heard).toBe(whole!.heard)

  // The person talks over the answer, which stops in the middle of a sentence.
  expect(interrupted!.interrupted).toBe(true)
  expect(interrupted!.heard).toMatch(/^Good morning, Ada\. .*[a-z]$/)
  expect(stop).toMatchObject({ interrupted: false, heard: 'All right, Ada.' })

  expect(refused).toMatchObject({ refused: 'The messages of other people are private.', heard: '' })
  expect(refused).toMatchObject({ firstAudioMs: undefined, lastWordMs: undefined })

  const answered = [whole, streamed, interrupted, stop]
  expect(history).toEqual(
    answered.map((turn) => ({ question: turn!.said, heard: turn!.heard, interrupted: turn!.interrupted })),
  )
  expect(durationMs(recording)).toBeGreaterThan(10_000)
  expect(lines.join('\n')).toContain(`Seed ${seed}`)
})

test.each(SEEDS)(
  'an agent says what it does while its tool runs, and is interrupted like a model (seed %i)',
  async (seed) => {
    const settings = { seed, speed: 4, agent: true, width: 80, color: false, signal: new AbortController().signal }
    const { turns, history } = await converse({ ...settings, show: () => {} })
    expect(turns.map(({ question }) => question)).toEqual(turns.map(({ said }) => said))
    const [answered, interrupted, stop, refused] = turns

    // The first sentence is heard before the model has answered from the result of the tool.
    expect(answered!.firstAudioMs).toBeLessThan(answered!.lastWordMs!)
    expect(answered!.heard).toMatch(
      /^(Let me look outside\. Expect|I ask the railway\. A train|Of course\. I will) .*\.$/,
    )
    expect(answered!.report.stages['assistant']!.children![0]!.stages['turns']!.children).toHaveLength(2)
    expect(interrupted!.heard).toMatch(/^Let me look outside\. .*[a-z]$/)
    expect(interrupted!.interrupted).toBe(true)
    expect(stop).toMatchObject({ interrupted: false, heard: 'All right.' })
    expect(refused).toMatchObject({
      refused: 'The messages of other people are private.',
      heard: '',
      lastWordMs: undefined,
    })
    expect(history).toEqual(
      [answered, interrupted, stop].map((turn) => ({
        question: turn!.said,
        heard: turn!.heard,
        interrupted: turn!.interrupted,
      })),
    )
  },
)
