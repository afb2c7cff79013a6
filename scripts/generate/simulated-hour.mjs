// An hour of a chat on a manual clock, with the real metrics scraped as Prometheus does. The model is down from minute 25 to 33.

const OUTAGE_S = { from: 25 * 60, to: 33 * 60 }
const LINE = /^(?<name>\w+)(?:\{(?<labels>.*)\})? (?<value>\S+)$/
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g

/** The lines of each scrape, one every `stepS` seconds: name, labels and value. */
export async function simulateHour({ Pipeline, metrics, retry, timeout, manualClock }, stepS) {
  const clock = manualClock()
  const random = numbers()
  const observer = metrics()
  const isDown = () => clock.now() / 1000 >= OUTAGE_S.from && clock.now() / 1000 < OUTAGE_S.to
  const graph = new Pipeline('chat')
    .withStage('profile', () => clock.sleep(20 + 30 * random()), 'enrich')
    .withStage('search', () => clock.sleep(80 + 240 * random()), 'enrich')
    .withStage(
      'llm',
      async (context) => {
        if (isDown() && random() < 0.7) {
          await clock.sleep(300)
          throw Object.assign(new Error('Service Unavailable'), { status: 503 })
        }
        await clock.sleep(900 + 2_600 * random() ** 2, context.signal)
        context.note('usage', {
          inputTokens: 400 + Math.round(300 * random()),
          outputTokens: 150 + Math.round(200 * random()),
        })
      },
      'agent',
      { dependencies: ['profile', 'search'] },
    )
    .build({ clock, interceptors: [observer, retry({ baseMs: 200, jitter: 'none' }), timeout({ timeoutMs: 3_000 })] })

  const scrapes = [await scrape(observer)]
  for (let second = 0; second < 3_600; second += 1) {
    // More people come in the middle of the hour.
    const perSecond = 0.6 + 0.8 * Math.sin((Math.PI * second) / 3_600)
    if (random() < perSecond) void graph.runSettled()
    await clock.advance(1_000)
    if ((second + 1) % stepS === 0) scrapes.push(await scrape(observer))
  }
  await clock.runAll()
  return scrapes
}

async function scrape(observer) {
  const text = await observer.registry.metrics()
  return text.split('\n').flatMap((line) => {
    const { name, labels = '', value } = LINE.exec(line)?.groups ?? {}
    if (name === undefined) return []
    return [
      {
        name,
        labels: Object.fromEntries([...labels.matchAll(LABEL)].map(([, key, text]) => [key, text])),
        value: Number(value),
      },
    ]
  })
}

/** The same numbers between 0 and 1 in every run (Park and Miller). */
function numbers() {
  let state = 20_261_201
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
