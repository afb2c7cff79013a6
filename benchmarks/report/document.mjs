import { createFigures, isDisturbed } from '../figures.mjs'
import { makeShape } from '../shapes.mjs'
import { list, table } from './markdown.mjs'
import { partRows } from './parts.mjs'
import { createTables } from './tables.mjs'
import { judge } from './targets.mjs'

/** The text of benchmarks/RESULTS.md, from the raw figures of one full run. */
export function renderDocument(run) {
  const figures = createFigures(run)
  const tables = createTables(figures, run)
  const verdicts = judge(figures, run.shapes, run.parts)
  const { machine } = run
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`)
  const parts = [
    '# Performance',
    'What Stageflow costs beside hand-written code and beside other engines, measured in one run on one machine. `npm run bench` writes this page: do not edit it. Compare the ratios, not the microseconds: those are this machine’s.',
    list([
      `Machine: ${machine.cores} cores, ${machine.cpu}, ${machine.memoryGb} GB, ${machine.platform}; Node ${machine.node}, for one table ${machine.node22}.`,
      `Peers: ${versions.join(', ')}.`,
      `${run.rounds} rounds; every figure is the median of them, and of each round the mean over whole runs, garbage collection included.`,
    ]),
    `## Targets`,
    summary(verdicts),
    verdictTable(verdicts),
    ...profiles(run.profiles ?? []),
    '## Run cost, µs per stage',
    'The wall time of a run divided by its stages. `> 30 s`: did not end in 30 seconds (or a shape of a tenth of the size took seconds, and this one was not tried). `*`: one cold run that took more than three seconds. `n/a`: the peer has no such shape.',
    tables.run(),
    '### Ratio to the scheduler by hand with records',
    tables.toHand(),
    '### How many times faster than the fastest peer',
    tables.toFastest(),
    '### What interceptors, observers and promises cost, µs per stage more than bare',
    'Synchronous stages cost less than bare ones, which are `async` here: their row is negative. The seven defaults are `getDefaultInterceptors()`: no stage is of the kind WORK, the logger is silent and nothing records spans, but in the last row, where pino writes two lines a stage to a stream that forgets them and an OpenTelemetry SDK makes batches of spans.',
    tables.added(),
    ...storesPart(run.stores),
    ...partsPart(run.parts),
    '## Items of a map',
    'What an item of `withMap` costs beside p-map, p-limit and `Effect.forEach` is [a page of its own](MAPS.md).',
    '## On Node 22',
    tables.node22(),
    '## A thousand runs at once',
    'The chat pipeline, 1,000 runs started before the first is awaited, in a process of their own, beside runs one after another (from the first table).',
    tables.concurrent(),
    '## Memory, bytes allocated per stage',
    'Growth of the heap while runs go on, with a young generation so large that nothing is collected meanwhile; median of seven samples. `≥`: something was collected all the same.',
    tables.memory(),
    '## Building',
    'Milliseconds a build takes in a warm process. RxJS, Effect and `Promise.all` only make closures here and assemble their graph inside every run; async.auto checks its graph inside every run. Stageflow reports every mistake of a graph, checks all options and finds cycles at this point, once.',
    tables.build(),
    'The first build of a process, milliseconds:',
    tables.coldBuild(),
    '## How it was measured',
    method(run),
    '### Shapes',
    shapeTable(run.shapes),
    '### What is not equal',
    unequal,
    '### Spread over the rounds, µs per stage',
    tables.spread(),
    '## Repeat it',
    '```bash\nnpm run bench                       # everything; about ten minutes; writes this page\nnpm run bench -- --quick            # a minute, prints only\nnpm run bench -- --only core,pgraph --shapes chat\nnpm run bench -- --profile chat     # where the time of core goes\n```',
    'The benchmarks have a lockfile of their own in `benchmarks/`, and bring both versions of Node; nothing else in the repository needs them.',
  ]
  return `${parts.join('\n\n')}\n`
}

function partsPart(parts) {
  if (parts === undefined) return []
  return [
    '## Streaming, exporters, tools',
    `Each in a process of its own, ${parts.rounds} rounds in turn, whose medians are shown; what was handed over is checked, and what was written is counted in the file. “Memory more” is the most that the process held beyond what it held before, with the events themselves.`,
    ...partRows(parts.figures).flatMap(({ heading, columns, rows }) => [`### ${heading}`, table(columns, rows, 1)]),
  ]
}

function storesPart(stores) {
  if (stores === undefined) return []
  const perSecond = (micros) => Math.round(1e6 / micros).toLocaleString('en-US')
  return [
    '## Idempotency stores, claims per second',
    `Each store claims new keys, beside the bare command that it cannot be faster than, on one real server; ${stores.rounds} rounds of ${stores.claims} claims, whose medians are shown, and the median of the ratios within a round. The bare tables have no second index and a narrower row.`,
    table(
      ['store', 'at once', 'claims/s', 'bare/s', 'time ÷ bare', 'the bare command'],
      stores.figures.map(({ name, lanes, says, bareMicros, storeMicros, ratio }) => [
        name,
        `${lanes}`,
        perSecond(storeMicros),
        perSecond(bareMicros),
        `${ratio.toFixed(2)}×`,
        `\`${says}\``,
      ]),
    ),
  ]
}

function summary(verdicts) {
  const missed = verdicts.filter(({ met }) => !met)
  return `${verdicts.length - missed.length} of ${verdicts.length} met${missed.length === 0 ? '.' : `, ${missed.length} missed.`}`
}

const verdictTable = (verdicts) =>
  table(
    ['target', 'shape', 'limit', 'measured', ''],
    verdicts.map(({ name, shape, limit, measured, met }) => [
      name,
      shape,
      limit,
      measured,
      met ? '✓ met' : '✗ **missed**',
    ]),
    2,
  )

function profiles(all) {
  if (all.length === 0) return []
  const blocks = all.map(({ peer, shape, functions }) => {
    const lines = functions.slice(0, 12).map(({ name, share }) => `${(share * 100).toFixed(1).padStart(5)} %  ${name}`)
    return [`\`${peer}\` on ${shape}:`, `\`\`\`text\n${lines.join('\n')}\n\`\`\``]
  })
  return [
    '### Where the time goes where a target is missed',
    'Self time by function, sampled over warm runs (what lies outside the engine, such as the stages and the loop that measures, is in it).',
    ...blocks.flat(),
  ]
}

function shapeTable(shapes) {
  const rows = shapes.map((name) => {
    const shape = makeShape(name)
    return [
      `${name}: ${descriptions[name.replace(/\d.*/, '')]}`,
      ...[shape.stages.length, shape.edges].map((count) => count.toLocaleString('en-US')),
    ]
  })
  return table(['shape', 'stages', 'dependencies'], rows)
}

const descriptions = {
  chat: '`input_guard`, `profile`, `memory` → `llm` → `output_guard`',
  chain: 'each stage needs the one before',
  fan: 'one source, as many stages as the name says that need it, one join that needs them all',
  layers:
    'ten layers of ten; stage *j* needs stages *j* and *j* + 3 of the layer before, and *j* + 7 where *j* is even (modulo ten)',
  random: 'each stage needs none to three of all before it, at random from a fixed seed',
}

function method({ results, times }) {
  const all = Object.values(results.run).flatMap((byShape) => Object.values(byShape).flat())
  const disturbed = all.filter(isDisturbed).length
  return list([
    'Every stage of every peer does the same: an `async` function that reads the number of each stage it needs by the peer’s own means (by name where the peer has names), and returns a new object with one more than their sum. One row shows Stageflow with synchronous stages.',
    'Every case (peer × shape × round) has a process of its own, one at a time. The rounds are interleaved: within one, all peers follow one another on a shape, and every other round turns their order round.',
    'Before timing, what *every* stage returned is compared with answers computed without a scheduler; while timing, the last value of every run is read and the sum checked.',
    `Warm-up ${times.all.warmMs} ms, a forced collection, half of the warm-up again (V8 drops optimised code with the last object that it was made for, so that the first tenths of a second after the collection measure its compiler), then at least ${times.all.measureMs} ms measured (chat: ${times.chat.warmMs} and ${times.chat.measureMs}; what has the default interceptors, or does their work by hand, is warmed for 3,000), in batches of about 2 ms. Mastra and LangGraph.js, by far the slowest, get two rounds; building and allocation are measured in one.`,
    'Stageflow is the built package, as published, built with the fluent builder and without a sink; “by hand with records” has names, a `Map` of result records, two clock reads a stage and an `AbortController` a run.',
    `The time is that on the wall, but at most 10/9 of the processor time of the measuring thread: on a quiet machine it has a processor for 90 to 100% of the time, and what is missing beyond that, other programs had. It mattered for ${disturbed} of ${all.length} timings in this run.`,
    'A case that takes more than 30 s is stopped and shown so.',
  ])
}

const unequal = list([
  'LangGraph.js (supersteps, channels, streaming, checkpoints) and Mastra (validation, events, step records) do more for a step than a scheduler does, as does Effect (fibers, interruption); async.auto, p-graph, RxJS and the code by hand do less than Stageflow, which freezes outputs, keeps a report, can be cancelled and takes interceptors.',
  'LangGraph.js and Mastra run level by level, so that “layers” has a barrier after each layer; Mastra has no arbitrary graphs. LangGraph.js has its cheapest state: one channel with a reducer that mutates.',
  'p-graph passes no data: its stages share an array; for 1,000 runs at once each run has one through the `run` override.',
  'Effect is written one way only (a `Deferred` a stage), RxJS too (an `AsyncSubject` a stage); other idioms were not tried. Heavy peers go on getting faster for thousands of runs: their steady state may be somewhat better than shown.',
  'Differences under 20% between two rows are noise more often than not; the spread below shows it.',
])
