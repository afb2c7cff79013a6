import DefaultTheme from 'vitepress/theme'
import type { Theme } from 'vitepress'

import './style.css'
import MermaidDiagram from './MermaidDiagram.vue'

export default {
  extends: DefaultTheme,
  enhanceApp: ({ app }) => void app.component('MermaidDiagram', MermaidDiagram),
} satisfies Theme
