import { join, posix } from 'node:path'

import { createdBy } from './created.mjs'

// What a reader of a guide does, read from its fences. A `ts` fence has the name of its file in its first line. The name of
// any other file is the last thing before the colon that leads to it (… this as `package.json`:). A file stands alone,
// like the snippets of other pages, unless the reader is in a folder by then: before the first `cd` nothing is kept.

const FENCE = /^(?<marks>`{3,})(?<info>[^\n`]*)\n(?<body>[\s\S]*?)^\k<marks>[ \t]*$/gm
const TS_FILE = /^\/\/ (?<file>[\w./-]+\.ts)\n/
const LED_TO = /`(?<file>[\w./-]+)`:\s*$/

/** The steps of a page, in order: `{ write, text, output? }` and `{ run, output? }`, each with its line and the folder it is in. */
export function guideSteps(markdown) {
  const steps = []
  const problems = []
  let folder = ''
  let last // the step that an output is of
  for (const { groups, index } of markdown.matchAll(FENCE)) {
    const { info, body } = groups
    const line = markdown.slice(0, index).split('\n').length
    if (info === 'sh') {
      for (const run of body.split('\n').filter((each) => each.trim() !== '')) {
        const [command, target] = run.split(' ')
        if (command === 'cd') folder = posix.normalize(posix.join(folder, target))
        else steps.push({ line, folder, run })
      }
      last = steps.at(-1)
    } else if (/^text output\b/.test(info)) {
      if (last !== undefined) last.output = body
    } else if (folder !== '' && /^(ts|json|md)\b/.test(info)) {
      const write = (info.startsWith('ts') ? TS_FILE.exec(body) : LED_TO.exec(markdown.slice(0, index)))?.groups.file
      if (write === undefined) problems.push(`line ${line}: the fence has no file name.`)
      else steps.push({ line, folder, write, text: body })
      last = steps.at(-1)
    } else last = undefined
  }
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return steps
}

/** Every file that the steps make or write, by its path. */
export function filesOf(steps) {
  return new Map(
    steps.flatMap(({ folder, run, write, text }) =>
      write === undefined ? createdFiles(folder, run) : [[join(folder, write), text]],
    ),
  )
}

function createdFiles(folder, command) {
  return createdBy(command).flatMap((created) =>
    [...created.files].map(([path, text]) => [join(folder, created.folder, path), text]),
  )
}
