// Draws real runs for the guides that are about time. The stages wait on a manual clock. They are narrow, so that a phone can show them.

const WIDTH = 480

const unavailable = () => Object.assign(new Error('503 Service Unavailable'), { status: 503 })

/** The station is busy twice; the third attempt answers. */
export async function retryPicture(modules) {
  const { Pipeline, retry, manualClock } = modules
  const clock = manualClock()
  const weather = new Pipeline('weather').withStage('station', async ({ attempt }) => {
    await clock.sleep(attempt < 3 ? 90 : 200)
    if (attempt < 3) throw unavailable()
  })
  return drawRun(modules, weather, { clock, interceptors: [retry({ baseMs: 120, jitter: 'none' })] })
}

/** The profile takes longer than its limit, so the model answers with its fallback. */
export async function timeoutPicture(modules) {
  const { Pipeline, timeout, manualClock } = modules
  const clock = manualClock()
  const chat = new Pipeline('chat')
    .withStage('profile', ({ signal }) => clock.sleep(5_000, signal), {
      timeoutMs: 300,
      onFailure: { fallback: { name: 'stranger' } },
    })
    .withStage('llm', () => clock.sleep(450), { dependencies: ['profile'] })
  return drawRun(modules, chat, { clock, interceptors: [timeout({ timeoutMs: 10_000 })] })
}

/** The user leaves after 380 ms. */
export async function cancelPicture(modules) {
  const { Pipeline, manualClock } = modules
  const clock = manualClock()
  const slow = new Pipeline('slow')
    .withStage('first', () => clock.sleep(140))
    .withStage('llm', ({ signal }) => clock.sleep(60_000, signal), { dependencies: ['first'] })
    .withStage('save', () => clock.sleep(60), 'work', { dependencies: ['llm'] })
  return drawRun(modules, slow, { clock }, {}, (run) => clock.setTimeout(() => run.cancel('the user left'), 380))
}

/** Of a deadline of 1,000 ms, 700 are left when the ranking could begin. It expects to take 3,000. */
export async function deadlinePicture(modules) {
  const { Pipeline, deadline, manualClock } = modules
  const clock = manualClock()
  const search = new Pipeline('search')
    .withStage('find', () => clock.sleep(300))
    .withStage('rank', () => clock.sleep(3_000), {
      dependencies: ['find'],
      deadlineBudget: { expectedMs: 3_000 },
      onFailure: 'skip',
    })
    .withStage('answer', () => clock.sleep(250), { dependencies: ['find', 'rank'] })
  return drawRun(modules, search, { clock, interceptors: [deadline()] }, { timeoutMs: 1_000 })
}

/** Two models are asked, and the first answer counts: the other call is aborted. */
export async function joinPicture(modules) {
  const { Pipeline, manualClock } = modules
  const clock = manualClock()
  const fast = { late: 'abort', onFailure: 'skip' }
  const fastest = new Pipeline('fastest')
    .withStage('big', ({ signal }) => clock.sleep(60_000, signal), fast)
    .withStage('small', ({ signal }) => clock.sleep(260, signal), fast)
    .withStage('answer', () => clock.sleep(80), { dependencies: ['big', 'small'], join: 'any' })
  return drawRun(modules, fastest, { clock })
}

/** The eighth run after five failures: the circuit is open, so the large model isn't called, and the small one answers. */
export async function circuitPicture(modules) {
  const { Pipeline, circuitBreaker, manualClock } = modules
  const clock = manualClock()
  const graph = new Pipeline('chat')
    .withStage(
      'large',
      async () => {
        await clock.sleep(600)
        throw unavailable()
      },
      { onFailure: 'skip' },
    )
    .withStage('small', () => clock.sleep(300), {
      dependencies: ['large'],
      join: 'settled',
      when: (inputs) => inputs.from('large') === undefined,
    })
    .withStage('answer', () => clock.sleep(60), { dependencies: ['large', 'small'] })
    .build({ clock, interceptors: [circuitBreaker()] })
  const settle = async () => {
    const settled = graph.runSettled()
    await clock.runAll()
    return settled
  }
  for (let earlier = 0; earlier < 7; earlier += 1) await settle()
  const { report } = await settle()
  return modules.timelineSvg(report, { pipeline: graph.info, width: WIDTH })
}

/** Two runs with one key, at once: one sends, and the other one waits for its output. */
export async function idempotencyPicture(modules) {
  const { Pipeline, idempotency, manualClock } = modules
  const clock = manualClock()
  const graph = new Pipeline('newsletter')
    .withStage('draft', () => clock.sleep(120))
    .withStage('send', () => clock.sleep(400).then(() => ({ message: 1 })), 'work', { dependencies: ['draft'] })
    .build({ clock, interceptors: [idempotency()] })
  const input = { userId: 'ada', extensions: { idempotencyKey: 'issue-1' } }
  const runs = Promise.all([graph.run(input), graph.run(input)])
  await clock.runAll()
  const pictures = (await runs).map(({ report }) => modules.timelineSvg(report, { pipeline: graph.info, width: WIDTH }))
  return oneBelowTheOther(pictures)
}

function oneBelowTheOther(pictures) {
  let height = 0
  const placed = pictures.map((picture) => {
    const at = height
    height += Number(/ height="(\d+)"/.exec(picture)[1]) + 8
    return picture.replace('<svg ', `<svg y="${at}" `)
  })
  const size = `width="${WIDTH}" height="${height - 8}" viewBox="0 0 ${WIDTH} ${height - 8}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" ${size}>\n${placed.join('')}</svg>\n`
}

/** The large model is down, and the small one answers. */
export async function fallbackPicture(modules) {
  const { Pipeline, fallback, wayOf, manualClock } = modules
  const clock = manualClock()
  const chat = new Pipeline('chat').withStage(
    'llm',
    async (context) => {
      const isLarge = wayOf(context) === 'large'
      await clock.sleep(isLarge ? 200 : 450)
      if (isLarge) throw unavailable()
    },
    { fallback: { ways: ['large', 'small'] } },
  )
  return drawRun(modules, chat, { clock, interceptors: [fallback()] })
}

/** The check refuses the first draft, and accepts the second one. */
export async function loopPicture(modules) {
  const { Pipeline, StageOutput, manualClock, repeatUntil } = modules
  const clock = manualClock()
  let drafts = 0
  const draftThenCheck = new Pipeline('draft_then_check')
    .withStage('draft', async () => {
      drafts += 1
      await clock.sleep(300)
    })
    .withStage(
      'check',
      async () => {
        await clock.sleep(90)
        return drafts === 1 ? StageOutput.fail('too long') : {}
      },
      'guard',
      { dependencies: ['draft'] },
    )
  const writer = new Pipeline('writer').withPipeline('answer', draftThenCheck, { repeat: repeatUntil('check') })
  return drawRun(modules, writer, { clock })
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
    .withStage('words', takes(90))
    .withStage('hits', takes(260), { dependencies: ['words'] })
  const chat = new Pipeline('chat')
    .withStage('rewrite', takes(140))
    .withPipeline('search', search, { dependencies: ['rewrite'] })
    .withStage('reply', takes(200), { dependencies: ['search'] })
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
