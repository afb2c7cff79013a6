import { short } from './cells.mjs'
import { table } from './markdown.mjs'

const STAGES = 5
const MODEL_CALL_MICROS = 1_000_000

/** What a user compares: the chat pipeline by hand, with Stageflow, and with other engines. */
const ROWS = [
  ['promise', '`Promise.all` by hand', 'hand'],
  ['core', 'Stageflow', 'ours'],
  ['defaults', 'Stageflow, the seven default interceptors', 'ours'],
  ['defaultsObserved', 'Stageflow, the defaults with two log lines and a span per stage', 'ours'],
  ['effect', 'Effect', 'other'],
  ['mastra', 'Mastra workflow', 'other'],
  ['langgraph', 'LangGraph.js', 'other'],
]

const rowsOf = (figures) =>
  ROWS.map(([id, title, side]) => ({ title, side, micros: figures.micros(id, 'chat') }))
    .filter(({ micros }) => micros !== undefined)
    .map((row) => ({ ...row, micros: row.micros * STAGES }))

/** The text of docs/concepts/performance.md, from the figures of one full run. */
export function renderUserPage(figures, { machine }) {
  const rows = rowsOf(figures).map(({ title, micros }) => [title, `${short(micros)} µs`, share(micros)])
  const bytes = figures.bytes('core', 'chat')?.bytesPerStage
  const long = figures.micros('core', 'chain100000')
  const parts = [
    '# Performance: the overhead of the engine',
    'The engine costs microseconds, and a model call takes about a second. So the engine will not be your bottleneck: choose it by what it does.',
    'This is the time that a chat pipeline of five stages takes if its stages do nothing:',
    table(['', 'time per run', 'share of a model call of one second'], rows, 1),
    '![The same times as bars on a logarithmic scale](../images/performance.svg)',
    'The others do different things: Effect has fibers, Mastra checks each step, LangGraph.js can store checkpoints. [The comparison](../start/comparison.md) says when each is the better choice.',
    '## How far does it scale?',
    list([
      long === undefined ? undefined : `A chain of 100,000 stages takes ${short(long)} µs per stage.`,
      bytes === undefined ? undefined : `A run allocates ${Math.round(bytes).toLocaleString('en-US')} bytes per stage.`,
      'One process runs all stages on one thread. If your stages compute for long, move that work to workers or to other processes.',
    ]),
    '## How was it measured?',
    `By \`npm run bench\`, which writes this page, on ${machine.cores} cores (${machine.cpu}) with Node ${machine.node}. Compare the ratios, because microseconds depend on the machine. [All tables, targets and methods](../../benchmarks/RESULTS.md).`,
  ]
  return `${parts.join('\n\n')}\n`
}

const share = (micros) => `${((micros / MODEL_CALL_MICROS) * 100).toPrecision(1)} %`
const list = (items) =>
  items
    .filter((item) => item !== undefined)
    .map((item) => `- ${item}`)
    .join('\n')

const [WIDTH, LABELS, BAR, GAP, TOP] = [810, 450, 22, 12, 16]

/** The same rows as bars on a logarithmic scale, as the text of an SVG that fits light and dark pages. */
export function renderChart(figures) {
  const rows = rowsOf(figures)
  const most = Math.log10(Math.max(...rows.map(({ micros }) => micros)))
  const lengthOf = (micros) => Math.max(3, ((WIDTH - LABELS - 80) * Math.log10(Math.max(micros, 1.01))) / most)
  const height = TOP * 2 + rows.length * (BAR + GAP) - GAP
  const bars = rows.map(({ title, side, micros }, index) => {
    const y = TOP + index * (BAR + GAP)
    const length = lengthOf(micros).toFixed(1)
    const middle = y + BAR / 2 + 5
    return [
      `<text x="${LABELS - 10}" y="${middle}" text-anchor="end">${title.replaceAll('`', '')}</text>`,
      `<rect class="${side}" x="${LABELS}" y="${y}" width="${length}" height="${BAR}" rx="3"/>`,
      `<text x="${LABELS + Number(length) + 8}" y="${middle}">${short(micros)} µs</text>`,
    ].join('\n  ')
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title">
  <title id="title">Time of a chat run of five empty stages, on a logarithmic scale</title>
  <style>
    text { font: 13px system-ui, sans-serif; fill: #24292f; }
    .ours { fill: #3451b2; } .other { fill: #8c959f; } .hand { fill: #57606a; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .ours { fill: #a8b1ff; } .other { fill: #6e7681; } .hand { fill: #9198a1; }
    }
  </style>
  ${bars.join('\n  ')}
</svg>
`
}
