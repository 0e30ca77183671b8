/** Who we are towards upstreams. */
export const identity = { name: 'hearth', title: 'Hearth', version: '0.1.0' }
