export { buildDefaults as build } from './defaults-graph.mjs'
