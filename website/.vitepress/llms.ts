import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import type { DefaultTheme, SiteConfig } from 'vitepress'

import { ROOT, readPages, siteLink } from './pages.ts'
import type { Page } from './pages.ts'

/** Writes each page as Markdown beside its HTML, a list of all pages to llms.txt, and the pages of the docs to llms-full.txt. */
export function writeMarkdown({ outDir, site, userConfig }: SiteConfig<DefaultTheme.Config>): void {
  const texts = new Map(readPages().map((page) => [page.link, { ...page, text: markdownOf(page) }]))
  for (const { link, text } of texts.values()) {
    const file = join(outDir, `${link}.md`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  const sidebars = userConfig.themeConfig?.sidebar as Record<string, DefaultTheme.SidebarItem[]>
  const parts = Object.values(sidebars).reverse().flat()
  const lists = parts.flatMap(({ text, items = [] }) => {
    const links = items.map((item) => `- [${item.text}](${item.link}.md)`)
    return links.length === 0 ? [] : [`## ${text}\n\n${links.join('\n')}\n`]
  })
  writeFileSync(join(outDir, 'llms.txt'), [`# ${site.title}\n`, `> ${site.description}\n`, ...lists].join('\n'))
  const docs = [...texts.values()].filter(({ file }) => !file.startsWith('website/'))
  writeFileSync(join(outDir, 'llms-full.txt'), docs.map(({ text }) => text).join('\n---\n\n'))
}

function markdownOf({ file }: Page): string {
  const text = readFileSync(ROOT + file, 'utf8').replace(/^---\n[\s\S]*?\n---\n/, '')
  return text.replaceAll(/(\]\()([^)\s]+)(\))/g, (_, open, target, close) => open + siteLink(file, target) + close)
}
