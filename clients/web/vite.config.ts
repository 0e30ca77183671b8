import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

/** Browsers of the end of 2024, and all since (Baseline 2024). */
const target = ['chrome131', 'edge131', 'firefox133', 'safari18.2']

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  clearScreen: false,
  build: {
    target,
    outDir: 'dist',
    emptyOutDir: true,
    // Whatever is inlined, the Content-Security-Policy would refuse.
    assetsInlineLimit: 0,
    cssCodeSplit: true,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
})
