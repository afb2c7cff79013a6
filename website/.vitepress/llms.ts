import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import type { DefaultTheme, SiteConfig } from 'vitepress'

import { ROOT, readPages, siteLink } from './pages.ts'
import type { Page } from './pages.ts'
import type { sidebar } from './sidebar.ts'

/** Writes each page as Markdown beside its HTML, a list of all pages to llms.txt, and the pages of the docs to llms-full.txt. */
export function writeMarkdown({ outDir, site, userConfig }: SiteConfig<DefaultTheme.Config>): void {
  const texts = new Map(readPages().map((page) => [page.link, { ...page, text: markdownOf(page) }]))
  for (const { link, text } of texts.values()) {
    const file = join(outDir, `${link}.md`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  const sidebars = userConfig.themeConfig?.sidebar as typeof sidebar
  const lists = sectionsOf(sidebars).map(({ title, links }) => {
    const pages = links.flatMap((link) => texts.get(link) ?? [])
    return `## ${title}\n\n${pages.map(({ title, link }) => `- [${title}](/${link}.md)`).join('\n')}\n`
  })
  writeFileSync(join(outDir, 'llms.txt'), [`# ${site.title}\n`, `> ${site.description}\n`, ...lists].join('\n'))
  const docs = [...texts.values()].filter(({ file }) => !file.startsWith('website/'))
  writeFileSync(join(outDir, 'llms-full.txt'), docs.map(({ text }) => text).join('\n---\n\n'))
}

/** The parts of the docs, then all packages and the API as a section each. */
function sectionsOf(
  sidebars: typeof sidebar,
): readonly { readonly title: string; readonly links: readonly string[] }[] {
  const { '/': docs = [], ...lists } = sidebars
  const parts = docs.map((item) => ({ title: item.text ?? '', links: linksOf(item.items ?? []) }))
  const others = Object.entries(lists).map(([path, items]) => ({
    title: path.includes('api') ? 'API' : 'Packages',
    links: [...new Set(linksOf(items))].filter((link) => `/${link}`.startsWith(path)),
  }))
  return [...parts.filter(({ links }) => links.length > 0), ...others]
}

const linksOf = (items: readonly DefaultTheme.SidebarItem[]): string[] =>
  items.flatMap(({ link, items: nested = [] }) => [...(link === undefined ? [] : [link.slice(1)]), ...linksOf(nested)])

function markdownOf({ file }: Page): string {
  const text = readFileSync(ROOT + file, 'utf8').replace(/^---\n[\s\S]*?\n---\n/, '')
  return text.replaceAll(/(\]\()([^)\s]+)(\))/g, (_, open, target, close) => open + siteLink(file, target) + close)
}
