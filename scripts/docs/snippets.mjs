import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { codeBlocks } from './code-blocks.mjs'
import { missingInstalls } from './installs.mjs'

// The code fences of a page. The conventions are described for writers in CONTRIBUTING.md.

const PAGES = ['README.md', 'CONTRIBUTING.md', 'packages/*/README.md', 'examples/*/README.md', 'docs/**/*.md']
const FILE_LINE = /^\/\/ (?<file>[\w./-]+\.ts)\s*$/

/** What `npm create` prints is compared where the page is followed: scripts/docs/follow-guide.mjs. */
const CREATED = Symbol('created')

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
  problems.push(...missingInstalls(page, text, snippets))
  return { snippets, problems }
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
  return { page, line, body, file, reason: optOut?.groups.reason, output: undefined }
}
