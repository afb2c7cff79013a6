// The face of the site: a run that plays, the logo, and the picture that links to the site are shown with.

const ACCENT = '#0f766e'
/** How long the run takes to play, once. It ends by itself, so no reader has to stop it. */
const PLAYS_MS = 4_500

/** A run that plays when the page opens: a line goes through the time, and what it has passed is drawn. */
export async function heroPicture(modules) {
  const svg = await chatTimeline(modules, 560)
  const [, from] = /<line class="grid" x1="([\d.]+)"/.exec(svg)
  const [, top, bottom] = /<line class="grid" x1="[\d.]+" y1="([\d.]+)" x2="[\d.]+" y2="([\d.]+)"/.exec(svg)
  const rows = svg.slice(svg.indexOf('<line class="step"'), svg.indexOf('<g class="legend">'))
  const ends = [...rows.matchAll(/x="([\d.]+)"[^>]* width="([\d.]+)"/g)].map(
    ([, x, width]) => Number(x) + Number(width),
  )
  const to = Math.max(...ends)
  const style = `<style>
@keyframes plays{from{transform:translateX(${from - to}px)}to{transform:none}}
@keyframes fades{to{opacity:0}}
.now{stroke:${ACCENT};stroke-width:2px;animation:plays ${PLAYS_MS}ms linear,fades .4s ${PLAYS_MS}ms forwards}
.played{animation:plays ${PLAYS_MS}ms linear}
@media (prefers-reduced-motion:reduce){.now{display:none}.played{animation:none}}
</style>`
  const shown = `<clipPath id="played"><rect width="${from}" height="9999"/><rect class="played" x="${from - 2000}" y="0" width="${to - from + 2000}" height="9999"/></clipPath>`
  const now = `<line class="now" x1="${to}" y1="${top}" x2="${to}" y2="${bottom}"/>`
  return svg.replace(rows, `${style}\n${shown}\n<g clip-path="url(#played)">\n${rows}</g>\n${now}\n`)
}

/** What Stageflow draws, as small as it gets: three stages, the last of which waits for both. */
export function logo() {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32" viewBox="0 0 32 32">
<title>Stageflow</title>
<rect width="32" height="32" rx="7" fill="${ACCENT}"/>
<rect x="5" y="7" width="10" height="4.5" rx="2" fill="#99f6e4"/>
<rect x="5" y="13.75" width="15" height="4.5" rx="2" fill="#ffffff"/>
<path d="M20 18v3" stroke="#ffffff" stroke-width="1.6"/>
<rect x="19" y="20.5" width="8" height="4.5" rx="2" fill="#ffffff"/>
</svg>
`
}

/** 1,200 by 630, as previews of links are. website/preview.mjs makes a PNG of it. */
export async function previewPicture(modules) {
  const timeline = await chatTimeline(modules, 560)
  const light = timeline.replace(/@media \(prefers-color-scheme: dark\)\{[\s\S]*?\n\}\n/, '')
  const [, height] = /height="(\d+)"/.exec(light)
  const scale = Math.min(1.14, 540 / height)
  const mark = logo().replace('width="32" height="32"', 'x="64" y="72" width="72" height="72"')
  const lines = [
    'Write the steps of an AI',
    'request as a typed graph.',
    '',
    'Each step starts as soon',
    'as it can, all of them',
    'stop when they should,',
    'and every run draws its',
    'own timeline.',
  ]
  const words = lines.map(
    (line, index) => `<text x="64" y="${232 + index * 40}" font-size="29" fill="#33413f">${line}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="630" viewBox="0 0 1200 630">
<rect width="1200" height="630" fill="#f0fdfa"/>
<rect width="1200" height="12" fill="${ACCENT}"/>
${mark}<g font-family="Liberation Sans, Arial, sans-serif">
<text x="156" y="128" font-size="56" font-weight="700" fill="#134e4a">Stageflow</text>
${words.join('\n')}
</g>
<g transform="translate(${1200 - 48 - 560 * scale} ${(642 - height * scale) / 2}) scale(${scale})">
${light}</g>
</svg>
`
}

/** A question, from its check to its answer: lookups at once, a model that is busy the first time, speech while it writes. */
async function chatTimeline({ Pipeline, retry, gate, stream, manualClock, timelineSvg }, width) {
  const clock = manualClock()
  const takes = (ms) => () => clock.sleep(ms)
  const chat = new Pipeline('chat')
    .withStage('profile', takes(130), 'enrich')
    .withStage(
      'search',
      async ({ attempt }) => {
        await clock.sleep(attempt === 1 ? 90 : 180)
        if (attempt === 1) throw Object.assign(new Error('503 Service Unavailable'), { status: 503 })
      },
      'enrich',
    )
    .withStage('moderation', takes(520), 'guard')
    .withStage(
      'answer',
      async function* () {
        for (let sentence = 1; sentence <= 4; sentence += 1) {
          await clock.sleep(130)
          yield sentence
        }
      },
      'agent',
      { dependencies: ['profile', 'search', gate('moderation')] },
    )
    .withStage(
      'speech',
      async ({ inputs }) => {
        for await (const _ of inputs.stream('answer')) await clock.sleep(110)
      },
      { dependencies: [stream('answer')] },
    )
    .withStage('save', takes(70), 'work', { dependencies: ['answer'] })
  const graph = chat.build({ clock, interceptors: [retry({ baseMs: 70, jitter: 'none' })] })
  const running = graph.run()
  await clock.runAll()
  const { report } = await running
  return timelineSvg(report, { pipeline: graph.info, width })
}
