/** The profiles of a new house; a config file with a `profiles` key replaces them. */
export const shippedProfiles = {
  assistant: {
    description: 'Everyday help',
    default: true,
    targets: [
      { adapter: 'openai' as const, connection: 'default', model: 'gpt-5.2' },
      { adapter: 'local' as const, connection: 'embedded', model: 'smollm2-135m-instruct' },
    ],
    // A model on a busy CPU takes its time for the first token.
    timeouts: { first_token_ms: 60_000 },
    instructions: 'You are the helpful assistant of this house.',
  },
  demo: {
    description: 'Deterministic text and pictures, without key or model',
    targets: [{ adapter: 'demo' as const, connection: 'default', model: 'demo' }],
    modalities: ['text' as const, 'image' as const],
    image: { adapter: 'demo' as const, connection: 'default', model: 'demo' },
  },
}
