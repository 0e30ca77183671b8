import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

/** Browsers of the end of 2024, and all since (Baseline 2024). */
const target = ['chrome131', 'edge131', 'firefox133', 'safari18.2']

/**
 * What several views share and is smaller than the headers of a file of its own. The first load fetches it in one piece.
 */
const sharedSmallParts = {
  name: 'shared',
  minShareCount: 2,
  test: /node_modules\/lucide\/|\/lit-html\/directives?|\/web\/src\/(protocol\/(clock|listeners)|app\/(browser-storage|preferences|route|translate))\.ts$/,
}

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
    rolldownOptions: { output: { codeSplitting: { groups: [sharedSmallParts] } } },
  },
})
