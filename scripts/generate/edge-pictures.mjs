// Draws a real run with an edge of each kind, for docs/concepts/edges.md. The stages wait on a manual clock.

/** Words become sentences, and sentences become speech, while the model still writes. */
export async function streamPicture({ Pipeline, stream, manualClock, timelineSvg }) {
  const clock = manualClock()
  const voice = new Pipeline('voice')
    .withStage(
      'llm',
      async function* () {
        for (let word = 1; word <= 12; word += 1) {
          await clock.sleep(60)
          yield word
        }
      },
      'agent',
    )
    .withStage(
      'sentences',
      async function* ({ inputs }) {
        for await (const word of inputs.stream('llm')) if (word % 3 === 0) yield word
      },
      { dependencies: [stream('llm')] },
    )
    .withStage(
      'speak',
      async ({ inputs }) => {
        for await (const _ of inputs.stream('sentences')) await clock.sleep(220)
      },
      { dependencies: [stream('sentences')] },
    )
    .withStage('save', () => clock.sleep(40), 'work', { dependencies: ['llm'] })
  return drawRun(voice, clock, timelineSvg)
}

/** The check takes longer than the answer, which is held until then. */
export async function gatePicture({ Pipeline, gate, manualClock, timelineSvg }) {
  const clock = manualClock()
  const chat = new Pipeline('chat')
    .withStage('moderation', () => clock.sleep(320), 'guard')
    .withStage('answer', () => clock.sleep(240), 'agent', { dependencies: [gate('moderation')] })
  return drawRun(chat, clock, timelineSvg)
}

/** The profile comes later than 80 ms after the guard. */
export async function softPicture({ Pipeline, soft, manualClock, timelineSvg }) {
  const clock = manualClock()
  const turn = new Pipeline('turn')
    .withStage('guard', () => clock.sleep(60), 'guard')
    .withStage('profile', () => clock.sleep(400), 'enrich')
    .withStage('answer', () => clock.sleep(200), 'agent', { dependencies: ['guard', soft('profile', { waitMs: 80 })] })
  return drawRun(turn, clock, timelineSvg)
}

/** A person talks over the answer after 420 ms. */
export async function interruptPicture({ Pipeline, stream, manualClock, timelineSvg }) {
  const clock = manualClock()
  const turn = new Pipeline('turn')
    .withStage(
      'llm',
      async function* ({ signal }) {
        for (let word = 1; word <= 12; word += 1) {
          await clock.sleep(60, signal)
          yield word
        }
      },
      'agent',
    )
    .withStage(
      'play',
      async ({ inputs, signal }) => {
        let heard = 0
        for await (const word of inputs.stream('llm')) {
          await clock.sleep(100, signal).catch(() => undefined)
          if (signal.aborted) break
          heard = word
        }
        return { heard }
      },
      { dependencies: [stream('llm')] },
    )
    .withStage('remember', () => clock.sleep(80), 'work', { dependencies: ['play'], uninterruptible: true })
  return drawRun(turn, clock, timelineSvg, (run) => clock.setTimeout(() => run.interrupt('barge-in'), 420))
}

async function drawRun(pipeline, clock, timelineSvg, whileItRuns) {
  const graph = pipeline.build({ clock })
  const run = graph.start()
  whileItRuns?.(run)
  await clock.runAll()
  const { report } = await run.settled
  return timelineSvg(report, { pipeline: graph.info, width: 480 })
}
