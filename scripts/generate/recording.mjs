import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'

import { conclude, readText } from '../lib/workspace.mjs'

// Records `npm start` with one question as docs/images/start.svg: the lines as the terminal showed them, each when it came.
// The times are those of one real start, so the file changes with each recording; --check compares only its words with today's answer.

export const RECORDING = 'docs/images/start.svg'
export const QUESTION = 'How do I retry only on 429?'

const COLUMNS = 100
const CHARACTER = 7.83
const LINE = 18
const EDGE = 20
const TOP = 46
const TYPING_MS = 1_400
const PAUSE_MS = 12_000
const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const CLASSES = { 1: 'bold', 2: 'dim', 31: 'red', 32: 'green', 33: 'yellow', 36: 'cyan' }

/** What one command writes to a terminal, which `script` (util-linux) makes: each line with the milliseconds after which it was there. */
function record(command, options) {
  return new Promise((resolve, reject) => {
    const lines = []
    let rest = ''
    let started = performance.now()
    const child = spawn('script', ['-qfc', `stty cols ${COLUMNS}; ${command}`, '/dev/null'], {
      ...options,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    child.once('spawn', () => (started = performance.now()))
    child.once('error', reject)
    child.stdout.setEncoding('utf8')
    child.stdout.on('data', (text) => {
      const parts = (rest + text).split('\r\n')
      rest = parts.pop()
      for (const line of parts) lines.push({ text: line, atMs: performance.now() - started })
    })
    child.once('close', (code) =>
      code === 0 ? resolve(lines) : reject(new Error(`${command} ended with code ${code}.`)),
    )
  })
}

/** A line with its colors: the pieces between two SGR sequences, each with the classes that hold there. */
export function piecesOf(line) {
  const pieces = []
  let classes = []
  for (const [index, part] of line.split(/\u001b\[([0-9;]*)m/).entries()) {
    if (index % 2 === 0) {
      if (part !== '') pieces.push({ text: part, classes })
      continue
    }
    for (const code of part.split(';')) classes = Number(code) === 0 ? [] : [...classes, CLASSES[code] ?? 'plain']
  }
  return pieces
}

const escaped = (text) => text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character])
const tspan = ({ text, classes }) =>
  classes.length === 0 ? escaped(text) : `<tspan class="${classes.join(' ')}">${escaped(text)}</tspan>`

/** The recording as a picture that plays, pauses and begins again; for who wants no motion, the last frame. */
export function drawRecording(command, lines) {
  const width = Math.ceil(COLUMNS * CHARACTER) + 2 * EDGE
  const height = TOP + (lines.length + 1) * LINE + EDGE
  const totalMs = TYPING_MS + (lines.at(-1)?.atMs ?? 0) + PAUSE_MS
  const percent = (ms) => `${((ms / totalMs) * 100).toFixed(2)}%`
  const moments = [...new Set(lines.map(({ atMs }) => Math.round(atMs / 10) * 10))]
  const frames = moments.map((ms, index) => {
    const at = TYPING_MS + ms
    return `@keyframes m${index}{0%,${percent(at)}{opacity:0}${percent(at + 1)},100%{opacity:1}}.m${index}{animation:m${index} ${totalMs.toFixed(0)}ms infinite}`
  })
  const typed = `$ ${command}`
  const y = (row) => TOP + row * LINE
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>A terminal: ${escaped(command)}</title>`,
    '<style>',
    'text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#e6edf3;white-space:pre}',
    '.bold{font-weight:700}.dim{fill:#9198a1}.red{fill:#ff7b72}.green{fill:#3fb950}.yellow{fill:#d29922}.cyan{fill:#39c5cf}',
    `@keyframes typed{0%{clip-path:inset(0 100% 0 0)}${percent(TYPING_MS * 0.8)},100%{clip-path:inset(0 0 0 0)}}`,
    `.typed{animation:typed ${totalMs.toFixed(0)}ms steps(${typed.length}) infinite}`,
    ...frames,
    '@media (prefers-reduced-motion:reduce){*{animation:none!important}}',
    '</style>',
    `<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>`,
    '<circle cx="22" cy="20" r="6" fill="#ff5f57"/><circle cx="42" cy="20" r="6" fill="#febc2e"/><circle cx="62" cy="20" r="6" fill="#28c840"/>',
    `<text class="typed" x="${EDGE}" y="${y(0)}">${escaped(typed)}</text>`,
    ...lines.map(({ text, atMs }, index) => {
      const moment = moments.indexOf(Math.round(atMs / 10) * 10)
      return `<text class="m${moment}" x="${EDGE}" y="${y(index + 1)}" xml:space="preserve">${piecesOf(text).map(tspan).join('')}</text>`
    }),
    '</svg>',
    '',
  ].join('\n')
}

/** The words of a recording, without markup: one string a line. */
export function wordsOf(svg) {
  const plain = (markup) =>
    Object.entries(ENTITIES).reduceRight(
      (text, [character, entity]) => text.replaceAll(entity, character),
      markup.replaceAll(/<[^>]*>/g, ''),
    )
  return [...svg.matchAll(/<text[^>]*>(.*)<\/text>/g)].map(([, markup]) => plain(markup))
}

/** What the recording answers: its words up to the timeline, whose figures differ from start to start. */
export const answerOf = (text) => text.slice(0, text.indexOf('chat ·')).split(/\s+/).join(' ').trim()

function checkRecording(root) {
  const recorded = wordsOf(readText(join(root, RECORDING)))
    .slice(1)
    .join('\n')
  const { stdout } = spawnSync('npm', ['start', '--silent', '--', QUESTION], { cwd: root, encoding: 'utf8' })
  const now = answerOf(stdout)
  const problems =
    now === answerOf(recorded)
      ? []
      : [
          `${RECORDING} shows another answer than npm start now gives: "${now}". Run node scripts/generate/recording.mjs.`,
        ]
  conclude(problems, `${RECORDING} shows what npm start answers.`)
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '../..')
  if (process.argv.includes('--check')) {
    checkRecording(root)
  } else {
    const command = `npm start -- "${QUESTION}"`
    const lines = await record(command, { cwd: root })
    writeFileSync(join(root, RECORDING), drawRecording(command, lines))
    console.log(`${RECORDING}: ${lines.length} lines, ${Math.round(lines.at(-1).atMs)} ms`)
  }
}
