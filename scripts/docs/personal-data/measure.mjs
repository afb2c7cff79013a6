import { join } from 'node:path'

import { build } from 'esbuild'

import { readSnippets } from '../snippets.mjs'
import { HARMLESS, SENTENCES } from './corpus.mjs'

// Runs the code of the page about checking what goes in and out over the corpus: what is measured is what the reader copies.

export const PAGE = 'docs/how-to/check-inputs-and-answers.md'
const ROOT = join(import.meta.dirname, '../../..')

/** What the page can find. The sentences of the other kinds show what it can't. */
export const SOUGHT = [
  'E-mail address',
  'Telephone number, international',
  'Telephone number, national',
  'Payment card',
  'IBAN',
]

/** The country that is passed with a language. */
const COUNTRIES = {
  en: 'US',
  de: 'DE',
  fr: 'FR',
  es: 'ES',
  it: 'IT',
  nl: 'NL',
  pt: 'BR',
  pl: 'PL',
  sv: 'SE',
  ja: 'JP',
  uk: 'UA',
  hi: 'IN',
  fi: 'FI',
  da: 'DK',
  no: 'NO',
  cs: 'CZ',
  tr: 'TR',
}

/** So many characters in a row of personal data are too many. */
const LEAK = 4
const MARKS = /\[(?:email|phone|card|iban)\]/g

/** What the files of the page export. */
export async function codeOfPage() {
  const { snippets } = readSnippets(ROOT, [PAGE])
  const bodyOf = (name) => snippets.find(({ file }) => file === name).body
  const { outputFiles } = await build({
    stdin: { contents: `${bodyOf('clean.ts')}\n${bodyOf('clean-stream.ts')}`, loader: 'ts', resolveDir: ROOT },
    alias: { '@stageflow/core/redaction': join(ROOT, 'packages/core/src/redaction.ts') },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
  })
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`)
}

/** How each sentence comes out, without a country and with that of its language. */
export function measure({ withoutPersonalData }) {
  const ways = { without: () => undefined, with: (language) => COUNTRIES[language] }
  return Object.fromEntries(
    Object.entries(ways).map(([way, countryOf]) => {
      const clean = ({ text, language }) => withoutPersonalData(text, countryOf(language))
      const missed = SENTENCES.filter((sentence) => hasPartOf(sentence.values, clean(sentence)))
      const changed = HARMLESS.filter((sentence) => clean(sentence) !== sentence.text)
      return [way, { missed, changed: changed.map((sentence) => ({ ...sentence, clean: clean(sentence) })) }]
    }),
  )
}

function hasPartOf(values, clean) {
  const left = clean.replaceAll(MARKS, ' ')
  return values.some((value) => {
    const length = Math.min(LEAK, value.length)
    for (let at = 0; at + length <= value.length; at++) if (left.includes(value.slice(at, at + length))) return true
    return false
  })
}
