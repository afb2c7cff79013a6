import { expect, test } from 'vitest'

import { answerOf, drawRecording, piecesOf, wordsOf } from './recording.mjs'

test('a line is cut at its colors, and a reset ends them', () => {
  expect(piecesOf('a \u001b[1;36m●\u001b[0m b')).toStrictEqual([
    { text: 'a ', classes: [] },
    { text: '●', classes: ['bold', 'cyan'] },
    { text: ' b', classes: [] },
  ])
})

test('a recording keeps every word that was on the terminal, markup too', () => {
  const lines = [
    { text: '\u001b[32m<b> & "c"\u001b[0m &amp; d', atMs: 10 },
    { text: 'chat · completed', atMs: 900 },
  ]
  const words = wordsOf(drawRecording('npm start -- "x"', lines))
  expect(words).toStrictEqual(['$ npm start -- "x"', '<b> & "c" &amp; d', 'chat · completed'])
  expect(answerOf(words.slice(1).join('\n'))).toBe('<b> & "c" &amp; d')
})

test('lines that came together are shown together, later ones later', () => {
  const lines = [0, 3, 400].map((atMs, index) => ({ text: `line ${index}`, atMs }))
  const moments = [...drawRecording('x', lines).matchAll(/<text class="(m\d)"/g)].map(([, moment]) => moment)
  expect(moments).toStrictEqual(['m0', 'm0', 'm1'])
})
