import { existsSync } from 'node:fs'
import { posix } from 'node:path'

export const REPOSITORY = 'https://github.com/stageflow/stageflow'
const ROOT = new URL('../../', import.meta.url)

/** The page of the site that a Markdown file of the repository becomes; undefined if the site does not show the file. */
export function pageOf(file: string): string | undefined {
  const [first, ...rest] = file.split('/')
  if (first === 'docs') return rest.join('/')
  if (first === 'packages' && rest[1] === 'README.md') return `reference/packages/${rest[0]}.md`
  if (first === 'website' && rest[0] === 'api') return `reference/${rest.join('/')}`
  return undefined
}

/** Where a link of a file of the repository leads: to a page of the site, otherwise to the file on GitHub. */
export function siteLink(file: string, target: string): string {
  if (/^[a-z][a-z0-9+.-]*:|^[#/]/i.test(target)) return target
  const [path = '', anchor] = target.split('#')
  const linked = posix.join(posix.dirname(file), decodeURIComponent(path))
  const page = pageOf(linked) ?? pageOf(posix.join(linked, 'README.md'))
  const hash = anchor === undefined ? '' : `#${anchor}`
  if (page !== undefined && existsSync(new URL(linked, ROOT))) return `/${page}${hash}`
  return `${REPOSITORY}/blob/main/${linked}${hash}`
}
