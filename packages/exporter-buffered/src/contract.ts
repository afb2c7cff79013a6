export { exporterContract } from './exporter-contract.ts'
export type { ExporterCase, ExporterContractOptions, ExporterUnderTest } from './exporter-contract.ts'
