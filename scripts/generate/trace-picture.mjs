import { createRequire } from 'node:module'
import { join } from 'node:path'

// Draws the spans of one run as a backend for traces shows them: a tree with a bar each. The spans are those that the SDK of OpenTelemetry
// got from `tracing()`; the stages wait on a manual clock.

const [WIDTH, ROW, TOP, EDGE, BARS, DURATIONS] = [560, 24, 50, 16, 240, 64]
const INDENT = 14

export async function tracePicture(modules, root) {
  const { spans, origin } = await spansOfChat(modules, root)
  const [run] = spans
  const ms = (time) => time[0] * 1_000 + time[1] / 1e6 - origin
  const total = ms(run.endTime) - ms(run.startTime)
  const scale = (WIDTH - EDGE - DURATIONS - BARS) / total
  const rows = treeOf(spans).map(({ span, depth }, index) => {
    const y = TOP + index * ROW
    const [from, to] = [ms(span.startTime) - ms(run.startTime), ms(span.endTime) - ms(run.startTime)]
    const status = span.attributes['stageflow.stage.status'] ?? span.attributes['stageflow.run.status']
    const kind =
      status === 'retry' || status === 'fail'
        ? 'failed'
        : depth === 0 || span.name.startsWith('invoke')
          ? 'run'
          : 'stage'
    return [
      `<text class="ink" x="${EDGE + depth * INDENT}" y="${y + 15}">${span.name}</text>`,
      `<rect class="${kind}" x="${rounded(BARS + from * scale)}" y="${y + 5}" width="${rounded(Math.max(2, (to - from) * scale))}" height="13" rx="2.5"/>`,
      `<text class="muted" x="${WIDTH - EDGE}" y="${y + 15}" text-anchor="end">${Math.round(to - from)} ms</text>`,
    ].join('\n')
  })
  const height = TOP + spans.length * ROW + 14
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">
<title>A trace: ${spans.length} spans of one run</title>
<style>
${styles('#ffffff', '#d1d9e0', '#1f2328', '#59636e', '#0f766e', '#2f6fde', '#cf222e')}
@media (prefers-color-scheme: dark){
${styles('#0d1117', '#30363d', '#e6edf3', '#9198a1', '#2dd4bf', '#58a6ff', '#f85149')}
}
text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
.title{font-weight:600;font-size:14px}
</style>
<rect class="card" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>
<text class="title ink" x="${EDGE}" y="29">One trace, ${spans.length} spans</text>
${rows.join('\n')}
</svg>
`
}

function styles(card, border, ink, muted, run, stage, failed) {
  return `.card{fill:${card};stroke:${border}}
.ink{fill:${ink}}
.muted{fill:${muted}}
.run{fill:${run}}
.stage{fill:${stage}}
.failed{fill:${failed}}`
}

/** The run of the guide to traces. */
async function spansOfChat({ Pipeline, StageOutput, retry, tracing, manualClock }, root) {
  const ofTracing = createRequire(join(root, 'packages/interceptor-tracing/package.json'))
  const { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } = ofTracing('@opentelemetry/sdk-trace-base')
  const { context } = ofTracing('@opentelemetry/api')
  const hooks = ofTracing('@opentelemetry/context-async-hooks')
  context.setGlobalContextManager(new hooks.AsyncLocalStorageContextManager())
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const clock = manualClock()
  const search = new Pipeline('search').withStage('query', async () => {
    await clock.sleep(40)
    const span = provider.getTracer('database').startSpan('SELECT documents', { startTime: [0, 5e6] })
    span.end([0, 45e6])
  })
  const chat = new Pipeline('chat')
    .withStage('guard', () => clock.sleep(5), 'guard')
    .withStage('profile', () => StageOutput.fail('no such user'), { onFailure: 'skip', dependencies: ['guard'] })
    .withPipeline('memory', search, { dependencies: ['guard'] })
    .withStage(
      'llm',
      async ({ attempt }) => {
        await clock.sleep(300)
        return attempt === 1 ? StageOutput.retry('the model is busy') : StageOutput.ok()
      },
      { dependencies: ['memory', 'profile'] },
    )
    .withStage('persist', () => ({}), { dependencies: ['llm'], when: () => false })
  const graph = chat.build({
    clock,
    interceptors: [retry({ baseMs: 100, jitter: 'none' }), tracing({ tracer: provider.getTracer('stageflow') })],
  })
  const running = graph.run()
  await clock.runAll()
  await running
  const spans = exporter.getFinishedSpans()
  const run = spans.find(({ parentSpanContext }) => parentSpanContext === undefined)
  return {
    spans: [run, ...spans.filter((span) => span !== run)],
    origin: run.startTime[0] * 1_000 + run.startTime[1] / 1e6,
  }
}

/** Each span with its depth, its own spans below it in the order in which they began. */
function treeOf(spans) {
  const childrenOf = (parent) =>
    spans
      .filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent.spanContext().spanId)
      .sort(
        (a, b) => a.startTime[0] - b.startTime[0] || a.startTime[1] - b.startTime[1] || a.name.localeCompare(b.name),
      )
  const walk = (span, depth) => [{ span, depth }, ...childrenOf(span).flatMap((child) => walk(child, depth + 1))]
  return walk(spans[0], 0)
}

const rounded = (value) => Math.round(value * 10) / 10
