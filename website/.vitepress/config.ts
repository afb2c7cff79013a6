import { fileURLToPath } from 'node:url'

import { defineConfig } from 'vitepress'
import type { Plugin } from 'vitepress'

import { drawMermaid, linkToSite, plainCornerCells } from './markdown.ts'
import { writeMarkdown } from './llms.ts'
import { REPOSITORY, pageOf } from './pages.ts'
import { sidebar } from './sidebar.ts'

export default defineConfig({
  title: 'Stageflow',
  description:
    'Typed pipelines of stages for TypeScript: chat, voice, retrieval, agents. In process, without a server.',
  lang: 'en-US',
  // Pages are the Markdown files of docs/ and the READMEs of packages, where they are.
  srcDir: '..',
  srcExclude: ['*.md', '{.changeset,benchmarks,examples,scripts}/**', 'packages/*/{ARCHITECTURE.md,docs/**}'],
  rewrites: (file) => pageOf(file) ?? file,
  cleanUrls: true,
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config(md) {
      md.core.ruler.push('links-between-files', linkToSite)
      md.core.ruler.push('empty-headers', plainCornerCells)
      drawMermaid(md)
    },
  },
  buildEnd: writeMarkdown,
  vite: { plugins: [modulesOfPages()] },
  themeConfig: {
    sidebar,
    search: {
      provider: 'local',
      // A search finds explanations; the API reference has its own part of the sidebar.
      options: {
        _render: (source, env, md) =>
          (env.realPath ?? env.path).includes('/website/api/') ? '' : md.render(source, env),
      },
    },
    socialLinks: [{ icon: 'github', link: REPOSITORY }],
    editLink: { pattern: `${REPOSITORY}/edit/main/:path` },
    outline: [2, 3],
  },
})

/** Pages are outside of this folder: what they import is looked up as if they were inside. */
function modulesOfPages(): Plugin {
  const here = fileURLToPath(import.meta.url)
  return {
    name: 'modules-of-pages',
    enforce: 'pre',
    resolveId(id, importer) {
      const isOfPage = importer !== undefined && /\.md(\?|$)/.test(importer) && /^[a-z@]/.test(id)
      return isOfPage ? this.resolve(id, here, { skipSelf: true }) : undefined
    },
  }
}
