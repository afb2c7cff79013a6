import { HARMLESS, SENTENCES } from '../docs/personal-data/corpus.mjs'
import { codeOfPage, measure, PAGE, SOUGHT } from '../docs/personal-data/measure.mjs'
import { generateTables, table } from './generated-tables.mjs'

// Runs the code of the page over its corpus of sentences with and without personal data, and writes what it finds into the page.

const results = measure(await codeOfPage())
const ways = [results.without, results.with]
const share = (part, whole) => `${part} (${((100 * part) / whole).toFixed(0)}%)`

const kinds = [...Map.groupBy(SENTENCES, ({ kind }) => kind)]
const foundOf = (sentences) => ways.map(({ missed }) => sentences.filter((sentence) => !missed.includes(sentence)))
const rows = kinds.map(([kind, sentences]) => [
  kind,
  `${sentences.length}`,
  ...foundOf(sentences).map(({ length }) => share(length, sentences.length)),
])
const sentence = ({ text, language }) => [language, `\`${text}\``]

generateTables(PAGE, {
  found: table(
    ['personal data', 'sentences', 'found', 'found with a country'],
    [
      ...rows,
      [
        '**none: found by mistake**',
        `**${HARMLESS.length}**`,
        ...ways.map(({ changed }) => `**${share(changed.length, HARMLESS.length)}**`),
      ],
    ],
  ),
  missed: table(
    ['language', 'sentence'],
    results.with.missed.filter(({ kind }) => SOUGHT.includes(kind)).map(sentence),
  ),
  changed: table(
    ['language', 'sentence', 'becomes'],
    results.with.changed.map((each) => [...sentence(each), `\`${each.clean}\``]),
  ),
})
