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
    '![The same times as bars on a logarithmic scale: each line of the axis is ten times the one before](../images/performance.svg)',
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

const [WIDTH, EDGE, BAR, ROW, TOP, VALUE] = [560, 16, 14, 40, 44, 64]

/** The same rows as bars on a logarithmic scale with its axis, as the text of an SVG that fits light and dark pages. */
export function renderChart(figures) {
  const rows = rowsOf(figures)
  const first = Math.floor(Math.log10(Math.min(...rows.map(({ micros }) => micros))))
  const last = Math.ceil(Math.log10(Math.max(...rows.map(({ micros }) => micros))))
  const lengthOf = (micros) => ((WIDTH - 2 * EDGE - VALUE) * (Math.log10(micros) - first)) / (last - first)
  const bottom = TOP + rows.length * ROW
  const height = bottom + 52
  const axis = Array.from({ length: last - first + 1 }, (_, index) => {
    const x = (EDGE + lengthOf(10 ** (first + index))).toFixed(1)
    const label = `${Number((10 ** (first + index)).toPrecision(1))} µs`
    return [
      `<line class="grid" x1="${x}" y1="${TOP - 8}" x2="${x}" y2="${bottom}"/>`,
      `<text class="muted" x="${x}" y="${bottom + 16}" text-anchor="${index === 0 ? 'start' : 'middle'}">${label}</text>`,
    ].join('\n  ')
  })
  const bars = rows.map(({ title, side, micros }, index) => {
    const y = TOP + index * ROW
    const length = lengthOf(micros)
    return [
      `<text class="ink" x="${EDGE}" y="${y + 9}">${title.replaceAll('`', '')}</text>`,
      `<rect class="${side}" x="${EDGE}" y="${y + 15}" width="${length.toFixed(1)}" height="${BAR}" rx="3"/>`,
      `<text class="ink" x="${(EDGE + length + 8).toFixed(1)}" y="${y + 26}">${short(micros)} µs</text>`,
    ].join('\n  ')
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title">
  <title id="title">Time of a chat run of five empty stages, on a logarithmic scale</title>
  <style>
    text { font: 13px system-ui, sans-serif; }
    .card { fill: #ffffff; stroke: #d1d9e0; } .ink { fill: #1f2328; } .muted { fill: #59636e; } .grid { stroke: #e6eaef; }
    .ours { fill: #0f766e; } .other { fill: #8c959f; } .hand { fill: #57606a; }
    @media (prefers-color-scheme: dark) {
      .card { fill: #0d1117; stroke: #30363d; } .ink { fill: #e6edf3; } .muted { fill: #9198a1; } .grid { stroke: #30363d; }
      .ours { fill: #2dd4bf; } .other { fill: #6e7681; } .hand { fill: #9198a1; }
    }
  </style>
  <rect class="card" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>
  <text class="ink" x="${EDGE}" y="24" font-weight="600">Time per run</text>
  ${axis.join('\n  ')}
  ${bars.join('\n  ')}
  <text class="muted" x="${EDGE}" y="${bottom + 38}">Logarithmic scale: each line is ten times the one before.</text>
</svg>
`
}
