import { join, posix } from 'node:path'

// What a reader of a guide does, read from its fences. A `ts` fence has the name of its file in its first line. The name of
// any other file is the last thing before the colon that leads to it (… this as `package.json`:). A file stands alone,
// like the snippets of other pages, unless the reader is in a folder by then: before the first `cd` nothing is kept.

const FENCE = /^(?<marks>`{3,})(?<info>[^\n`]*)\n(?<body>[\s\S]*?)^\k<marks>[ \t]*$/gm
const TS_FILE = /^\/\/ (?<file>[\w./-]+\.ts)\n/
const LED_TO = /`(?<file>[\w./-]+)`:\s*$/

/** The steps of a page, in order: `{ write, text, output? }` and `{ run }`, each with its line and the folder it is in. */
export function guideSteps(markdown) {
  const steps = []
  const problems = []
  let folder = ''
  for (const { groups, index } of markdown.matchAll(FENCE)) {
    const { info, body } = groups
    const line = markdown.slice(0, index).split('\n').length
    if (info === 'sh') {
      for (const run of body.split('\n').filter((each) => each.trim() !== '')) {
        const [command, target] = run.split(' ')
        if (command === 'cd') folder = posix.normalize(posix.join(folder, target))
        else steps.push({ line, folder, run })
      }
    } else if (/^text output\b/.test(info)) {
      const file = steps.at(-1)
      if (file?.write !== undefined) file.output = body
    } else if (folder !== '' && /^(ts|json|md)\b/.test(info)) {
      const write = (info.startsWith('ts') ? TS_FILE.exec(body) : LED_TO.exec(markdown.slice(0, index)))?.groups.file
      if (write === undefined) problems.push(`line ${line}: the fence has no file name.`)
      else steps.push({ line, folder, write, text: body })
    }
  }
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return steps
}

/** Every file that the steps write, by its path. */
export function filesOf(steps) {
  const written = steps.filter(({ write }) => write !== undefined)
  return new Map(written.map(({ folder, write, text }) => [join(folder, write), text]))
}
