import { expect, test } from 'vitest'
import { drawQuestion, intentOf, toJsgf, type Topic } from './grammar.ts'

const TOPICS: readonly Topic[] = ['weather', 'train', 'timer', 'messages', 'stop']

/** Draws with these numbers, one after the other and again. */
function drawing(...numbers: readonly number[]): () => number {
  let drawn = 0
  return () => numbers[drawn++ % numbers.length]!
}

test('a question is drawn with the numbers of the random source', () => {
  expect(drawQuestion('weather', drawing(0, 0, 0))).toBe('what is the weather in amsterdam today')
  expect(drawQuestion('weather', drawing(0.99, 0.5, 0.99))).toBe('will it rain in madrid next week')
  expect(drawQuestion('stop', drawing(0.5))).toBe('stop talking please')
})

test.each(TOPICS)('the intent of a question about "%s" has its topic and its words', (topic) => {
  for (let number = 0; number < 1; number += 0.03) {
    const question = drawQuestion(topic, drawing(number, (number * 7) % 1, (number * 13) % 1))
    const intent = intentOf(question)
    expect(intent?.topic, question).toBe(topic)
    for (const word of Object.values(intent?.words ?? {})) expect(question).toContain(` ${word}`)
  }
})

test('words of two places are kept apart', () => {
  expect(intentOf('is there a train to vienna next week')).toEqual({
    topic: 'train',
    words: { city: 'vienna', day: 'next week' },
  })
})

test.each(['', 'what is the weather', 'what is the weather in rome today', 'stop talking please now'])(
  '"%s" is not a question',
  (text) => expect(intentOf(text)).toBe(undefined),
)

test('the grammar has a rule for each place that a question names', () => {
  const jsgf = toJsgf()
  expect(jsgf.startsWith('#JSGF V1.0;\n')).toBe(true)
  const rules = [...jsgf.matchAll(/^(?:public )?<(\w+)> = /gm)].map(([, name]) => name)
  const named = [...jsgf.matchAll(/<(\w+)>(?! =)/g)].map(([, name]) => name)
  expect(new Set(named)).toEqual(new Set(rules.filter((name) => name !== 'question')))
})
