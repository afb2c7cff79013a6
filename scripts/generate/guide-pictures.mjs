// Draws real runs for the guides that are about time. The stages wait on a manual clock. They are narrow, so that a phone can show them.

const WIDTH = 480

const unavailable = () => Object.assign(new Error('503 Service Unavailable'), { status: 503 })

/** The model is busy twice; the third attempt answers. */
export async function retryPicture(modules) {
  const { Pipeline, retry, manualClock } = modules
  const clock = manualClock()
  const chat = new Pipeline('chat')
    .withStage('profile', () => clock.sleep(120), 'enrich')
    .withStage(
      'llm',
      async ({ attempt }) => {
        await clock.sleep(attempt < 3 ? 90 : 400)
        if (attempt < 3) throw unavailable()
      },
      'agent',
      { dependencies: ['profile'] },
    )
    .withStage('save', () => clock.sleep(60), 'work', { dependencies: ['llm'] })
  return drawRun(modules, chat, { clock, interceptors: [retry({ baseMs: 120, jitter: 'none' })] })
}

/** The search takes longer than its limit, so the run fails, and the answer never starts. */
export async function timeoutPicture(modules) {
  const { Pipeline, timeout, manualClock } = modules
  const clock = manualClock()
  const chat = new Pipeline('chat')
    .withStage('profile', () => clock.sleep(80), 'enrich')
    .withStage('search', ({ signal }) => clock.sleep(2_000, signal), 'enrich', { timeoutMs: 300 })
    .withStage('memory', () => clock.sleep(240), 'enrich')
    .withStage('answer', () => clock.sleep(400), 'agent', { dependencies: ['profile', 'search', 'memory'] })
  return drawRun(modules, chat, { clock, interceptors: [timeout({ timeoutMs: 1_000 })] })
}

/** The reader leaves after 380 ms. */
export async function cancelPicture(modules) {
  const { Pipeline, manualClock } = modules
  const clock = manualClock()
  const chat = new Pipeline('chat')
    .withStage('search', () => clock.sleep(140), 'enrich')
    .withStage('llm', ({ signal }) => clock.sleep(900, signal), 'agent', { dependencies: ['search'] })
    .withStage('moderation', ({ signal }) => clock.sleep(600, signal), 'guard', { dependencies: ['search'] })
    .withStage('save', () => clock.sleep(60), 'work', { dependencies: ['llm', 'moderation'] })
  return drawRun(modules, chat, { clock }, {}, (run) => clock.setTimeout(() => run.cancel('the reader left'), 380))
}

/** Of a deadline of 1,500 ms, 600 are left when the rerank could begin. It expects to take 800. */
export async function deadlinePicture(modules) {
  const { Pipeline, deadline, manualClock } = modules
  const clock = manualClock()
  const chat = new Pipeline('chat')
    .withStage('search', () => clock.sleep(900), 'enrich')
    .withStage('rerank', () => clock.sleep(1_000), {
      dependencies: ['search'],
      deadlineBudget: { expectedMs: 800 },
      onFailure: 'skip',
    })
    .withStage('answer', () => clock.sleep(450), 'agent', { dependencies: ['search', 'rerank'] })
  return drawRun(modules, chat, { clock, interceptors: [deadline()] }, { timeoutMs: 1_500 })
}

/** Two models are asked, and the first answer counts: the other call is aborted. */
export async function joinPicture(modules) {
  const { Pipeline, manualClock } = modules
  const clock = manualClock()
  const chat = new Pipeline('chat')
    .withStage('guard', () => clock.sleep(60), 'guard')
    .withStage('small', ({ signal }) => clock.sleep(260, signal), 'agent', { dependencies: ['guard'], late: 'abort' })
    .withStage('large', ({ signal }) => clock.sleep(700, signal), 'agent', { dependencies: ['guard'], late: 'abort' })
    .withStage('answer', () => clock.sleep(80), { dependencies: ['small', 'large'], join: 'any' })
  return drawRun(modules, chat, { clock })
}

/** The sixth run after five failures: the circuit is open, so the model isn't asked. */
export async function circuitPicture(modules) {
  const { Pipeline, circuitBreaker, manualClock } = modules
  const clock = manualClock()
  const graph = new Pipeline('chat')
    .withStage('profile', () => clock.sleep(120), 'enrich')
    .withStage(
      'llm',
      async () => {
        await clock.sleep(600)
        throw unavailable()
      },
      'agent',
      { onFailure: 'skip' },
    )
    .withStage('answer', () => clock.sleep(60), { dependencies: ['profile', 'llm'], join: 'settled' })
    .build({ clock, interceptors: [circuitBreaker()] })
  const settle = async () => {
    const settled = graph.runSettled()
    await clock.runAll()
    return settled
  }
  for (let failures = 0; failures < 5; failures += 1) await settle()
  const { report } = await settle()
  return modules.timelineSvg(report, { pipeline: graph.info, width: WIDTH })
}

/** The first model is down, and the second one answers. */
export async function fallbackPicture(modules) {
  const { Pipeline, fallback, wayOf, manualClock } = modules
  const clock = manualClock()
  const chat = new Pipeline('chat')
    .withStage('search', () => clock.sleep(150), 'enrich')
    .withStage(
      'llm',
      async (context) => {
        const isFirst = wayOf(context) === 'first'
        await clock.sleep(isFirst ? 200 : 450)
        if (isFirst) throw unavailable()
      },
      'agent',
      { dependencies: ['search'], fallback: { ways: ['first', 'spare'] } },
    )
    .withStage('save', () => clock.sleep(50), 'work', { dependencies: ['llm'] })
  return drawRun(modules, chat, { clock, interceptors: [fallback()] })
}

/** The check refuses the first draft, and accepts the second one. */
export async function loopPicture(modules) {
  const { Pipeline, StageOutput, manualClock, repeatUntil } = modules
  const clock = manualClock()
  let drafts = 0
  const draftThenCheck = new Pipeline('answer')
    .withStage(
      'draft',
      async () => {
        drafts += 1
        await clock.sleep(300)
      },
      'agent',
    )
    .withStage(
      'check',
      async () => {
        await clock.sleep(90)
        return drafts === 1 ? StageOutput.fail('no source is named') : {}
      },
      'guard',
      { dependencies: ['draft'] },
    )
  const chat = new Pipeline('chat')
    .withStage('search', () => clock.sleep(120), 'enrich')
    .withPipeline('answer', draftThenCheck, { dependencies: ['search'], repeat: repeatUntil('check') })
    .withStage('save', () => clock.sleep(50), 'work', { dependencies: ['answer'] })
  return drawRun(modules, chat, { clock })
}

/** The profile is late, so the answer starts without it. No other stage can read it, so its call is aborted. */
export async function latePicture(modules) {
  const { Pipeline, soft, manualClock } = modules
  const clock = manualClock()
  const greet = new Pipeline('greet')
    .withStage('profile', ({ signal }) => clock.sleep(60_000, signal), 'enrich', { late: 'abort' })
    .withStage('guard', () => clock.sleep(60), 'guard')
    .withStage('answer', () => clock.sleep(200), 'agent', { dependencies: ['guard', soft('profile', { waitMs: 80 })] })
  return drawRun(modules, greet, { clock })
}

/** One stage is a pipeline of its own. */
export async function childPicture(modules) {
  const { Pipeline, manualClock } = modules
  const clock = manualClock()
  const takes = (ms) => () => clock.sleep(ms)
  const search = new Pipeline('search')
    .withStage('embed', takes(90))
    .withStage('documents', takes(260), 'enrich', { dependencies: ['embed'] })
    .withStage('web', takes(190), 'enrich', { dependencies: ['embed'] })
  const chat = new Pipeline('chat')
    .withStage('profile', takes(140), 'enrich')
    .withPipeline('search', search)
    .withStage('answer', takes(300), 'agent', { dependencies: ['profile', 'search'] })
  return drawRun(modules, chat, { clock })
}

/** The run asks, waits in the journal for 2 h 40 min, and then goes on with the next stage. */
export async function waitPicture({ Pipeline, StageOutput, manualClock, resumeRun, timelineSvg }) {
  const clock = manualClock()
  const graph = new Pipeline('order')
    .withStage('price', () => clock.sleep(400))
    .withStage('approve', ({ resumed }) => (resumed === undefined ? StageOutput.suspend('Pay 250 cents?') : {}), {
      dependencies: ['price'],
    })
    .withStage('pay', () => clock.sleep(600), 'work', { dependencies: ['price', 'approve'] })
    .build({ clock })
  const asks = graph.run()
  await clock.runAll()
  const asked = await asks
  await clock.advance(9_600_000)
  const goesOn = resumeRun(graph, asked, { approve: true })
  await clock.runAll()
  const { report } = await goesOn
  return timelineSvg(report, { pipeline: graph.info, width: WIDTH })
}

/** The events of a process that is killed in the middle of the charge. */
export async function killedPicture({ LogRuns, reportOf, timelineSvg, ...modules }) {
  const { events, graph } = await killedRun(modules)
  const log = new LogRuns()
  for (const event of events) log.add(event)
  const [run] = log.runs.values()
  return timelineSvg({ ...reportOf(run), now: KILLED_MS }, { pipeline: graph.info, width: WIDTH })
}

/** The same run in another process, which has only the facts of the first one. */
export async function recoveredPicture({ timelineSvg, ...modules }) {
  const { graph, recover } = await killedRun(modules)
  const { report } = await recover()
  return timelineSvg(report, { pipeline: graph.info, width: WIDTH })
}

const KILLED_MS = 700
const LEASE_MS = 1_000

async function killedRun({ Pipeline, manualClock, memoryExecutor, runDurable }) {
  const clock = manualClock()
  const graph = new Pipeline('order')
    .withStage('price', () => clock.sleep(400))
    .withStage('charge', () => clock.sleep(600), 'work', { dependencies: ['price'] })
    .build({ clock })
  const runs = memoryExecutor({ clock })
  const events = []
  const eventSink = { emit: async (event) => void events.push(event), tryEmit: (event) => events.push(event) > 0 }
  const leg = () =>
    runs.run({ runId: 'order-7', startedAt: 0, input: {} }, (executor) => runDurable(graph, executor, { eventSink }))
  const killed = leg().catch(() => {})
  await clock.advance(KILLED_MS)
  runs.crash('order-7')
  await killed
  const recover = async () => {
    await clock.advance(LEASE_MS)
    const ends = leg()
    await clock.runAll()
    return ends
  }
  return { graph, events: [...events], recover }
}

async function drawRun({ timelineSvg }, pipeline, build, options, whileItRuns) {
  const graph = pipeline.build(build)
  const run = graph.start({}, options)
  whileItRuns?.(run)
  await build.clock.runAll()
  const { report } = await run.settled
  return timelineSvg(report, { pipeline: graph.info, width: WIDTH })
}
