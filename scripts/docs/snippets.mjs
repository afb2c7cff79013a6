import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { codeBlocks } from './code-blocks.mjs'
import { missingInstalls } from './installs.mjs'

// The code fences of a page. The conventions are described for writers in CONTRIBUTING.md.

const PAGES = ['README.md', 'CONTRIBUTING.md', 'packages/*/README.md', 'examples/*/README.md', 'docs/**/*.md']
const STARTS = /(?:^import |await import\()'\.\/(?<file>[\w./-]+\.ts)'/gm
const FILE_LINE = /^\/\/ (?<file>[\w./-]+\.ts)\s*$/

/** What `npm create` prints is compared where the page is followed: scripts/docs/follow-guide.mjs. */
const CREATED = Symbol('created')

/** Whether a fence is run by itself: it has a file name, and no other fence of its page starts it. */
export const isRun = ({ file, startedBy }) => file !== undefined && startedBy === undefined

/** Every `ts` fence of the pages of `root`, and what is wrong with how they are written. */
export function readSnippets(root, pages = PAGES) {
  const found = pages.flatMap((pattern) => globSync(pattern, { cwd: root })).sort()
  const files = found.map((page) => page.replaceAll('\\', '/'))
  const read = files.map((page) => snippetsOf(page, readFileSync(join(root, page), 'utf8')))
  return { snippets: read.flatMap((each) => each.snippets), problems: read.flatMap((each) => each.problems) }
}

/** The fences of one page: each with its line, its file name if it has one, and the output it promises. */
export function snippetsOf(page, text) {
  const snippets = []
  const problems = []
  let previous
  for (const { info, line, body } of codeBlocks(text)) {
    if (/^(typescript|tsx|mts|cts)\b/.test(info))
      problems.push(`${page}:${line - 1}: write \`\`\`ts, so that the fence is checked.`)
    if (/^text output\b/.test(info)) {
      if (previous === CREATED) continue
      if (previous?.file === undefined)
        problems.push(`${page}:${line - 1}: an output follows a fence with a file name.`)
      else previous.output = body
    }
    if (!/^ts\b/.test(info)) {
      previous = info === 'sh' && body.startsWith('npm create stageflow') ? CREATED : undefined
      continue
    }
    previous = snippetOf({ page, line, info, body }, problems)
    const isTwice = snippets.some(({ file }) => file !== undefined && file === previous.file)
    if (isTwice) problems.push(`${page}:${line}: the page has two fences called ${previous.file}.`)
    snippets.push(previous)
  }
  problems.push(...findStarters(snippets))
  problems.push(...missingInstalls(page, text, snippets))
  return { snippets, problems }
}

/**
 * If a file of the page imports another one for its effect, as `await import('./chat.ts')` does, the other one runs there and not by
 * itself. A program can so be shown with its real client, and run with a server in the place of the provider. The output of either fence
 * is what that run prints.
 */
function findStarters(snippets) {
  const problems = []
  for (const starter of snippets.filter(({ file }) => file !== undefined)) {
    for (const { groups } of starter.body.matchAll(STARTS)) {
      const started = snippets.find(({ file }) => file === groups.file)
      if (started === undefined || started === starter) continue
      started.startedBy = starter.file
      if (started.output === undefined) continue
      if (starter.output !== undefined)
        problems.push(
          `${starter.page}:${starter.line}: ${starter.file} starts ${started.file}: show one output of both.`,
        )
      starter.output = started.output
    }
  }
  return problems
}

function snippetOf({ page, line, info, body }, problems) {
  const optOut = info.match(/^ts no-check(?::\s*(?<reason>.*))?$/)
  if (info !== 'ts' && optOut === null) {
    problems.push(`${page}:${line - 1}: "${info}" is neither "ts" nor "ts no-check: <reason>".`)
  } else if (optOut !== null && (optOut.groups.reason ?? '').trim() === '') {
    problems.push(`${page}:${line - 1}: a fence that is not checked says why: \`\`\`ts no-check: <reason>.`)
  }
  const named = body.split('\n', 1)[0].match(FILE_LINE)?.groups.file
  const escapes = named !== undefined && (named.startsWith('/') || named.split('/').includes('..'))
  if (escapes) problems.push(`${page}:${line}: ${named} must stay in the folder of its page.`)
  const file = escapes ? undefined : named
  return { page, line, body, file, reason: optOut?.groups.reason, output: undefined, startedBy: undefined }
}
