import { buildCore } from './core-graph.mjs'

export const build = (shape) => buildCore(shape, { sync: true })
