import { CLIENTS, MODEL_FAULTS } from '../../packages/models/test/model-faults.ts'
import { readJson } from '../lib/workspace.mjs'
import { generateTables, table } from './generated-tables.mjs'

// The page that says what a stage makes of a faulty model, from the rows that the tests of the providers run.

const ENDS = {
  switches: { stage: '`ok`', spare: '**is asked**', text: 'that of the spare, whole' },
  fails: { stage: '`fail`', spare: '–', text: 'what came before' },
  'is cancelled': { stage: '`cancel`', spare: '–', text: 'what came before' },
}
const after = (chunks) => (chunks.length === 1 ? `${chunks[0]}` : `${chunks.at(0)} to ${chunks.at(-1)}`)

const outcomes = MODEL_FAULTS.map(({ what, after: places, outcome, except = {} }) => {
  const { stage, spare, text } = ENDS[outcome]
  const others = Object.entries(except).map(
    ([client, other]) => `${client}: ${ENDS[other].stage}, the spare ${ENDS[other].spare}`,
  )
  return [
    what,
    after(places),
    stage,
    spare,
    outcome !== 'switches' && places[0] === 0 ? 'none' : text,
    others.join('; '),
    `${places.length * CLIENTS.length}`,
  ]
})
const runs = MODEL_FAULTS.reduce((sum, { after: places }) => sum + places.length * CLIENTS.length, 0)
const usage = MODEL_FAULTS.map((row) => [row.what, after(row.after), ...CLIENTS.map((client) => row.usage[client])])

const versions = ['provider-openai', 'provider-ai-sdk'].flatMap((short) =>
  Object.entries(readJson(`packages/${short}/package.json`).devDependencies).filter(([name]) =>
    /^(?:ai|openai|@ai-sdk\/.*)$/.test(name),
  ),
)

generateTables('docs/reference/model-faults.md', {
  outcomes: table(
    ['the first model', 'after chunks', 'the stage', 'the spare', 'what readers get', 'except', 'runs'],
    [...outcomes, ['**all**', '', '', '', '', '', `**${runs}**`]],
  ),
  usage: table(['the first model', 'after chunks', ...CLIENTS], usage),
  versions: table(
    ['package', 'version'],
    versions.map(([name, version]) => [`\`${name}\``, version]),
  ),
})
