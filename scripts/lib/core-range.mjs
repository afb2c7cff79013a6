/** A line in which a plugin states the versions of core that it needs: `core: '^1.0.0',` or `readonly core: string = '^1.0.0'`. */
export const CORE_RANGE = /^( +(?:core: |readonly core: string = ))'([^']*)'(,?)$/gm
