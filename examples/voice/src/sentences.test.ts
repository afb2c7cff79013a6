import { expect, test } from 'vitest'
import { sentencesOf } from './sentences.ts'

async function* wordsOf(text: string, taken: string[] = []): AsyncGenerator<string, void> {
  for (const word of text.split(/(?<=\s)/)) {
    taken.push(word.trim())
    yield word
  }
}

test('a sentence comes with its last word, before the word after it', async () => {
  const taken: string[] = []
  const seen: string[] = []
  for await (const sentence of sentencesOf(wordsOf('It will rain. Really? Yes! Take care', taken)))
    seen.push(`${sentence} | ${taken.at(-1)}`)
  expect(seen).toEqual(['It will rain. | rain.', 'Really? | Really?', 'Yes! | Yes!', 'Take care | care'])
})

test('without words there are no sentences', async () => {
  for await (const sentence of sentencesOf(wordsOf('  '))) expect.fail(`"${sentence}"`)
})
