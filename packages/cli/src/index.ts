export { graphFindings, type GraphFinding } from './graph-findings.ts'
