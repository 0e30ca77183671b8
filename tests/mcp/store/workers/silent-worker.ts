import { parentPort } from 'node:worker_threads'

/** Stands for a database thread that never gets as far as being open. */
parentPort?.on('message', () => {})
