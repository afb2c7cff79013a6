export { buildCore as build } from './core-graph.mjs'
