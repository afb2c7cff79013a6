import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { conclude } from '../lib/workspace.mjs'

// Every relative link of the documentation leads to a file that exists, and to a heading that it has.

const PAGES = [
  '*.md',
  'packages/*/*.md',
  'packages/*/docs/*.md',
  'examples/*.md',
  'examples/*/*.md',
  'docs/**/*.md',
  'benchmarks/*.md',
]
const LINK = /\[[^\]\n]*\]\((?<target>[^)\s]+)\)/g
const OUTSIDE = /^[a-z][a-z0-9+.-]*:/i

/** Every link of the pages of `root` that leads nowhere. */
export function checkLinks(root) {
  const pages = PAGES.flatMap((pattern) => globSync(pattern, { cwd: root })).sort()
  return pages.flatMap((page) => {
    const text = withoutCode(readFileSync(join(root, page), 'utf8'))
    return [...text.matchAll(LINK)].flatMap(({ groups }) => problemOf(root, page, groups.target))
  })
}

function problemOf(root, page, target) {
  if (OUTSIDE.test(target)) return []
  const [path, anchor] = target.split('#')
  const file = path === '' ? join(root, page) : join(root, dirname(page), decodeURIComponent(path))
  if (!existsSync(file)) return [`${page}: ${target} leads to no file.`]
  if (anchor === undefined || !statSync(file).isFile()) return []
  return anchorsOf(readFileSync(file, 'utf8')).has(anchor)
    ? []
    : [`${page}: ${target} leads to no heading of that page.`]
}

// As GitHub makes them: lower case, without punctuation, with a number where a heading comes again.
function anchorsOf(markdown) {
  const anchors = new Set()
  for (const [, heading] of withoutCode(markdown, { keepInline: true }).matchAll(/^#{1,6} +(.+)$/gm)) {
    const base = heading
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-')
    let anchor = base
    for (let again = 1; anchors.has(anchor); again++) anchor = `${base}-${again}`
    anchors.add(anchor)
  }
  return anchors
}

function withoutCode(markdown, { keepInline = false } = {}) {
  const text = markdown.replaceAll(/^( *)(`{3,})[\s\S]*?^ *\2[ \t]*$/gm, '')
  return keepInline ? text : text.replaceAll(/`[^`\n]*`/g, '')
}

if (import.meta.main) conclude(checkLinks(process.cwd()), 'every relative link of the documentation leads somewhere')
