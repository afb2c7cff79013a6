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

// The clients of OpenAI share a column: they differ in one row.
const SERVICES = [
  { title: 'OpenAI', clients: CLIENTS.filter((client) => /openai/i.test(client)) },
  ...CLIENTS.filter((client) => !/openai/i.test(client)).map((client) => ({ title: client, clients: [client] })),
]
const usage = MODEL_FAULTS.map((row) => {
  const cells = SERVICES.map(({ clients }) => usual(clients.map((client) => row.usage[client])))
  const others = SERVICES.flatMap(({ clients }, index) =>
    clients.filter((client) => row.usage[client] !== cells[index]).map((client) => `${client}: ${row.usage[client]}`),
  )
  return [row.what, after(row.after), ...cells, others.join('; ')]
})

/** The one that most of them are. */
function usual(values) {
  const timesOf = (value) => values.filter((each) => each === value).length
  return values.toSorted((a, b) => timesOf(b) - timesOf(a))[0]
}

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
  usage: `The column OpenAI stands for these clients: ${SERVICES[0].clients.join('; ')}.

${table(['the first model', 'after chunks', ...SERVICES.map(({ title }) => title), 'except'], usage)}`,
  versions: table(
    ['package', 'version'],
    versions.map(([name, version]) => [`\`${name}\``, version]),
  ),
})
