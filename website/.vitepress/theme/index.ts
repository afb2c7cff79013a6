import TwoslashFloatingVue from '@shikijs/vitepress-twoslash/client'
import '@shikijs/vitepress-twoslash/style.css'
import DefaultTheme from 'vitepress/theme'
import type { Theme } from 'vitepress'

import './style.css'
import MermaidDiagram from './MermaidDiagram.vue'
import SiteLayout from './SiteLayout.vue'

export default {
  extends: DefaultTheme,
  Layout: SiteLayout,
  enhanceApp({ app }) {
    app.component('MermaidDiagram', MermaidDiagram)
    app.use(TwoslashFloatingVue)
  },
} satisfies Theme
