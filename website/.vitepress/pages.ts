import { existsSync, globSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'

import { readPackages } from '../../scripts/lib/workspace.mjs'

export const REPOSITORY = 'https://github.com/stageflow/stageflow'
export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url))

/** What Stageflow is, in the words of the home page, the README and npm. */
export const DESCRIPTION =
  'Write the steps of an AI request as a typed graph. Each step starts as soon as it can, all of them stop when they should, ' +
  'and every run draws its own timeline.'

/** What the site shows: the docs, the README of each package, and the API reference that api.mjs writes. */
const SOURCES = ['docs/**/*.md', 'packages/*/README.md', 'website/api/**/*.md']
/** Records of decisions are history. They are read in the repository. */
const RECORDS = 'docs/project/decisions/'
/** The folders of the packages that npm has. */
const PUBLISHED = new Set(readPackages(ROOT).map(({ short }) => short))
/** What the site does not show, for VitePress. */
export const NO_PAGES: string[] = [
  '*.md',
  '{.changeset,benchmarks,etc,examples,scripts}/**',
  `packages/!(${[...PUBLISHED].join('|')})/**`,
  'packages/*/!(README).md',
  'packages/*/*/**',
  `${RECORDS}**`,
]

export interface Page {
  /** The Markdown file, from the root of the repository. */
  readonly file: string
  /** The page of the site without `.md`, such as `how-to/retry`. */
  readonly link: string
  readonly title: string
}

/** The page of the site that a Markdown file of the repository becomes, such as `how-to/retry.md`; undefined if it has none. */
export function pageOf(file: string): string | undefined {
  if (file.startsWith(RECORDS)) return undefined
  const [, page] = /^docs\/(.+)$/.exec(file) ?? []
  const [, readme] = /^packages\/([^/]+)\/README\.md$/.exec(file) ?? []
  const [, api] = /^website\/api\/(?:@stageflow\/)?(.+)$/.exec(file) ?? []
  if (readme !== undefined) return PUBLISHED.has(readme) ? `reference/packages/${readme}.md` : undefined
  return api === undefined ? page : `reference/api/${api}`
}

export function readPages(): readonly Page[] {
  const files = globSync(SOURCES, { cwd: ROOT }).map((file) => file.replaceAll('\\', '/'))
  return files.sort().flatMap((file) => {
    const link = pageOf(file)?.replace(/\.md$/, '')
    const title = /^# +(.+)$/m.exec(readFileSync(ROOT + file, 'utf8'))?.[1] ?? file
    return link === undefined ? [] : [{ file, link, title: title.replaceAll('`', '') }]
  })
}

/** Where a link of a file leads on the site: to a page, otherwise to the file on GitHub. */
export function siteLink(file: string, target: string): string {
  if (/^[a-z][a-z0-9+.-]*:|^[#/]/i.test(target)) return target
  const [path = '', anchor] = target.split('#')
  const linked = posix.join(posix.dirname(file), decodeURIComponent(path))
  const page = pageOf(linked) ?? pageOf(posix.join(linked, 'README.md'))
  const hash = anchor === undefined ? '' : `#${anchor}`
  if (page !== undefined && existsSync(ROOT + linked)) return `/${page}${hash}`
  return `${REPOSITORY}/blob/main/${linked}${hash}`
}
