import { readJson } from '../lib/workspace.mjs'
import { simulateHour } from './simulated-hour.mjs'

// Draws panels of the Grafana board that ships with interceptor-metrics. This isn't a screenshot, because Grafana isn't needed for it: the
// panels have the titles of the board, and what their queries give for the metrics of a simulated hour.

const BOARD = 'packages/interceptor-metrics/grafana/stageflow.json'
const STEP_S = 60
/** As $__rate_interval of the board, for a scrape each minute. */
const WINDOW = 4
const [WIDTH, PANEL, HEIGHT, GAP, EDGE] = [560, 262, 150, 12, 12]
const COLORS = ['teal', 'orange', 'purple', 'red']

const PANELS = [
  { title: 'Runs per second', unit: '', series: (rate) => rate('stageflow_runs_total', 'status') },
  { title: 'Share of failed runs', unit: '%', series: failedShare },
  { title: 'Duration of runs', unit: ' s', series: durations },
  { title: 'Errors of stages, by code', unit: '', series: (rate) => rate('stageflow_stage_errors_total', 'code') },
  { title: 'Attempts per stage that settled', unit: '', series: attempts },
  { title: 'Tokens per second', unit: '', series: (rate) => rate('stageflow_stage_tokens_total', 'type') },
]

export async function boardPicture(modules, root) {
  const titles = new Set(readJson(`${root}/${BOARD}`).panels.map(({ title }) => title))
  const scrapes = await simulateHour(modules, STEP_S)
  const rate = rateOf(scrapes)
  const drawn = PANELS.map(({ title, unit, series }, index) => {
    if (!titles.has(title)) throw new Error(`${BOARD} has no panel "${title}".`)
    const [x, y] = [EDGE + (index % 2) * (PANEL + GAP), EDGE + Math.floor(index / 2) * (HEIGHT + GAP)]
    return panel({ title, unit, x, y }, series(rate, scrapes))
  })
  const height = 2 * EDGE + Math.ceil(PANELS.length / 2) * (HEIGHT + GAP) - GAP
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">
<title>Six panels of the board, for a simulated hour in which the model is down from minute 25 to 33</title>
<style>
${styles('#ffffff', '#d1d9e0', '#1f2328', '#59636e', '#e6eaef', ['#0f766e', '#c2540a', '#7a4fd0', '#cf222e'])}
@media (prefers-color-scheme: dark){
${styles('#0d1117', '#30363d', '#e6edf3', '#9198a1', '#21262d', ['#2dd4bf', '#f0883e', '#a371f7', '#f85149'])}
}
text{font:11px ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
.title{font-weight:600;font-size:12px}
polyline{fill:none;stroke-width:1.75px;stroke-linejoin:round}
</style>
${drawn.join('\n')}
</svg>
`
}

function styles(card, border, ink, muted, grid, colors) {
  const rules = [
    `.card{fill:${card};stroke:${border}}`,
    `.ink{fill:${ink}}`,
    `.muted{fill:${muted}}`,
    `.grid{stroke:${grid}}`,
  ]
  const lines = COLORS.map(
    (name, index) => `polyline.${name}{stroke:${colors[index]}}text.${name}{fill:${colors[index]}}`,
  )
  return [...rules, ...lines].join('\n')
}

/** The increase per second of a counter, by the values of a label: for each, its value at each scrape. */
const rateOf =
  (scrapes) =>
  (metric, label, only = () => true) => {
    const sums = scrapes.map((lines) => {
      const found = lines.filter(({ name, labels }) => name === metric && only(labels))
      return Map.groupBy(found, ({ labels }) => labels[label] ?? '')
    })
    const names = [...new Set(sums.flatMap((each) => [...each.keys()]))]
    const valueAt = (name, index) => (sums[index]?.get(name) ?? []).reduce((sum, { value }) => sum + value, 0)
    return new Map(
      names.map((name) => [
        name,
        sums.map((_, index) =>
          index < WINDOW ? undefined : (valueAt(name, index) - valueAt(name, index - WINDOW)) / (WINDOW * STEP_S),
        ),
      ]),
    )
  }

function failedShare(rate) {
  const all = rate('stageflow_runs_total', 'pipeline')
  const failed = rate('stageflow_runs_total', 'pipeline', ({ status }) => status === 'failed')
  return ratios(failed, all, 100)
}

function attempts(rate) {
  const perStage = ratios(rate('stageflow_stage_attempts_total', 'stage'), rate('stageflow_stages_total', 'stage'))
  return new Map([...perStage].filter(([stage]) => stage === 'llm'))
}

function ratios(counts, totals, factor = 1) {
  return new Map(
    [...totals].map(([name, total]) => [
      name,
      total.map((value, index) =>
        value === undefined || value === 0 ? undefined : (factor * (counts.get(name)?.[index] ?? 0)) / value,
      ),
    ]),
  )
}

/** histogram_quantile of the durations. */
function durations(rate) {
  const buckets = rate('stageflow_run_duration_seconds_bucket', 'le')
  const bounds = [...buckets.keys()].map(Number).sort((a, b) => a - b)
  const keyOf = (bound) => (bound === Infinity ? '+Inf' : String(bound))
  const finite = bounds.filter((bound) => Number.isFinite(bound))
  const at = (share) =>
    (buckets.get('+Inf') ?? []).map((total, index) => {
      if (total === undefined || total === 0) return undefined
      const found = finite.find((bound) => (buckets.get(keyOf(bound))?.[index] ?? 0) >= share * total)
      if (found === undefined) return finite.at(-1)
      const below = finite[finite.indexOf(found) - 1] ?? 0
      const under = below === 0 ? 0 : (buckets.get(keyOf(below))?.[index] ?? 0)
      return below + ((found - below) * (share * total - under)) / ((buckets.get(keyOf(found))?.[index] ?? 0) - under)
    })
  return new Map([
    ['chat p50', at(0.5)],
    ['chat p95', at(0.95)],
  ])
}

function panel({ title, unit, x, y }, series) {
  const [left, right, top, bottom] = [x + 46, x + PANEL - 12, y + 34, y + HEIGHT - 40]
  const values = [...series.values()].flat().filter((value) => value !== undefined)
  const most = roundUp(Math.max(...values, 0.01))
  const length = [...series.values()][0]?.length ?? 1
  const placeX = (index) => left + ((right - left) * index) / (length - 1)
  const placeY = (value) => bottom - ((bottom - top) * value) / most
  const grid = [0, 0.5, 1].map((share) => {
    const at = placeY(share * most)
    const label = `${Number((share * most).toPrecision(3))}${unit}`
    return `<line class="grid" x1="${left}" y1="${at}" x2="${right}" y2="${at}"/><text class="muted" x="${left - 6}" y="${at + 4}" text-anchor="end">${label}</text>`
  })
  const minutes = [0, 30, 60].map((minute) => {
    const [label, anchor] = minute === 60 ? ['60 min', 'end'] : [minute, 'middle']
    const at = left + ((right - left) * minute) / 60
    return `<text class="muted" x="${at}" y="${bottom + 15}" text-anchor="${anchor}">${label}</text>`
  })
  const lines = [...series.values()].map((points, index) => {
    const drawn = points.flatMap((value, at) =>
      value === undefined ? [] : [`${fixed(placeX(at))},${fixed(placeY(value))}`],
    )
    return `<polyline class="${COLORS[index % COLORS.length]}" points="${drawn.join(' ')}"/>`
  })
  let legendX = x + 14
  const legend = [...series.keys()].map((name, index) => {
    const text = `<text class="${COLORS[index % COLORS.length]}" x="${legendX}" y="${y + HEIGHT - 9}">${name}</text>`
    legendX += name.length * 6.7 + 14
    return text
  })
  return [
    `<rect class="card" x="${x}" y="${y}" width="${PANEL}" height="${HEIGHT}" rx="6"/>`,
    `<text class="title ink" x="${x + 14}" y="${y + 20}">${title}</text>`,
    ...grid,
    ...minutes,
    ...lines,
    ...legend,
  ].join('\n')
}

function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value))
  return power * ([1, 2, 2.5, 5, 10].find((step) => step * power >= value) ?? 10)
}

const fixed = (value) => String(Math.round(value * 10) / 10)
