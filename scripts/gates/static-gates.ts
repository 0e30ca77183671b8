/** A check that runs no test of ours. */
export interface Gate {
  /** Name of the script in package.json that is the gate. */
  readonly script: string
  readonly says: string
  /** A path without which the gate cannot run, and what brings it. */
  readonly needs?: { readonly path: string; readonly hint: string }
}

export const staticGates: readonly Gate[] = [
  { script: 'types', says: 'TypeScript, strictest' },
  { script: 'types:page', says: 'the same for the page and its tests, with the types of a browser' },
  {
    script: 'types:engine',
    says: 'the same for the engine, which has packages of its own',
    needs: {
      path: 'services/adapters/local/engine/node_modules/.package-lock.json',
      hint: 'the packages of the engine are not installed',
    },
  },
  { script: 'lint', says: 'Biome: format and lint, warnings are errors' },
  { script: 'boundaries', says: 'dependency-cruiser: who may import whom' },
  { script: 'dead', says: 'knip: unused files, exports and packages' },
  { script: 'gen:check', says: 'generated files are what their sources give' },
]
