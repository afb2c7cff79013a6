import { existsSync, globSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'

export const REPOSITORY = 'https://github.com/stageflow/stageflow'
export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url))

/** What the site shows: the docs, the README of each package, and the API reference that api.mjs writes. */
const SOURCES = ['docs/**/*.md', 'packages/*/README.md', 'website/api/**/*.md']

export interface Page {
  /** The Markdown file, from the root of the repository. */
  readonly file: string
  /** The page of the site without `.md`, such as `how-to/retry`. */
  readonly link: string
  readonly title: string
}

/** The page of the site that a Markdown file of the repository becomes, such as `how-to/retry.md`; undefined if it has none. */
export function pageOf(file: string): string | undefined {
  const [, page] = /^docs\/(.+)$/.exec(file) ?? []
  const [, readme] = /^packages\/([^/]+)\/README\.md$/.exec(file) ?? []
  const [, api] = /^website\/api\/(?:@stageflow\/)?(.+)$/.exec(file) ?? []
  if (readme !== undefined) return `reference/packages/${readme}.md`
  return api === undefined ? page : `reference/api/${api}`
}

export function readPages(): readonly Page[] {
  const files = globSync(SOURCES, { cwd: ROOT }).map((file) => file.replaceAll('\\', '/'))
  return files.sort().map((file) => {
    const title = /^# +(.+)$/m.exec(readFileSync(ROOT + file, 'utf8'))?.[1] ?? file
    return { file, link: (pageOf(file) as string).replace(/\.md$/, ''), title: title.replaceAll('`', '') }
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
