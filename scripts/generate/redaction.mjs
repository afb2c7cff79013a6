import {
  CHANGED,
  EXPECTED,
  FIRST_LOOK,
  FORMS,
  HARMLESS,
  isChanged,
  isFound,
  nameOf,
  wasHeldOut,
} from '../../packages/core/test/redaction-corpus/corpus.ts'
import { generateTables, table } from './generated-tables.mjs'

// Runs the redactor over its corpus: the tables of the page about redaction. With --print it prints recall and false positives instead.

const missed = EXPECTED.filter((form) => !isFound(form))
const changed = HARMLESS.filter(isChanged)

const found = (forms) => forms.filter((form) => !missed.includes(form)).length
const share = (part, whole) => `${part} of ${whole} (${((100 * part) / whole).toFixed(1)}%)`
const recall = (forms) => share(found(forms), forms.length)
const code = (text) => `\`${text}\``

const groups = [...Map.groupBy(EXPECTED, ({ group }) => group)]
const excluded = [
  ...Map.groupBy(
    FORMS.filter((form) => !EXPECTED.includes(form)),
    (form) => form.excluded,
  ),
]
const looked = FIRST_LOOK.forms - FIRST_LOOK.excluded
const firstLook = share(FIRST_LOOK.found, looked)

if (process.argv.includes('--print')) {
  for (const [group, forms] of groups) console.log(`${group.padEnd(34)} ${recall(forms)}`)
  console.log(`\nrecall: ${recall(EXPECTED)}`)
  console.log(`held out, now: ${recall(EXPECTED.filter(wasHeldOut))}; at the first look: ${firstLook}`)
  for (const form of missed) console.log(`  missed: ${nameOf(form)}`)
  console.log(`false positives: ${share(changed.length, HARMLESS.length)}; at most ${CHANGED.length} are allowed`)
  for (const text of changed) console.log(`  changed: ${text}`)
} else {
  generateTables('docs/reference/redaction.md', {
    found: table(
      ['group', 'forms', 'found'],
      [
        ...groups.map(([group, forms]) => [group, `${forms.length}`, `${found(forms)}`]),
        ['**all**', `**${EXPECTED.length}**`, `**${recall(EXPECTED)}**`],
      ],
    ),
    'held-out': table(
      ['held out', 'forms found', 'harmless texts changed'],
      [['at the first look', firstLook, `${FIRST_LOOK.changed} of ${FIRST_LOOK.harmless}`]],
    ),
    missed: table(
      ['group', 'missed form'],
      missed.map(({ group, name }) => [group, code(name)]),
    ),
    excluded: table(
      ['form', 'reason'],
      excluded.map(([reason, forms]) => [forms.map(({ name }) => code(name)).join(', '), reason]),
    ),
    changed: table(
      [`${changed.length} of ${HARMLESS.length} harmless texts`],
      changed.map((text) => [code(text)]),
    ),
  })
}
