import { css } from 'lit'

export const answerStyles = css`
  :host {
    display: block;
  }

  article {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-3);
  }

  h3,
  p {
    margin: 0;
  }

  h3 {
    font-weight: 600;
  }

  .plain {
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }

  .waiting {
    display: flex;
    gap: var(--space-2);
    align-items: center;
  }

  .pulse {
    inline-size: var(--space-2);
    block-size: var(--space-2);
    border-radius: var(--radius-round);
    background: var(--accent-fill);
    animation: pulse var(--pulse) alternate;
  }

  @keyframes pulse {
    from {
      opacity: 0.25;
    }
  }

  .fold {
    border-inline-start: var(--ring) solid var(--line);
    padding-inline-start: var(--space-3);
  }

  .fold > summary {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2);
    align-items: center;
    inline-size: fit-content;
    min-block-size: var(--control);
    border-radius: var(--radius);
    cursor: pointer;
  }

  .fold > summary::-webkit-details-marker {
    display: none;
  }

  .fold > summary:hover {
    color: var(--text);
  }

  .growing .icon {
    animation: pulse var(--pulse) alternate;
  }

  .fold > .plain {
    padding-block-end: var(--space-2);
  }

  pre {
    margin: var(--space-1) 0 var(--space-3);
    padding: var(--space-3);
    overflow: auto;
    max-block-size: 24lh;
    border-radius: var(--radius);
    background: var(--sunken);
    font: var(--type-code);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }

  code {
    font: inherit;
  }

  .refusal {
    padding: var(--space-3) var(--space-4);
    border-radius: var(--radius-card);
    background: var(--warn-soft);
  }

  .refusal .meta {
    display: flex;
    gap: var(--space-2);
    align-items: center;
    color: var(--warn);
  }

  .failure {
    display: grid;
    gap: var(--space-2);
    justify-items: start;
    padding: var(--space-3) var(--space-4);
    border-radius: var(--radius-card);
    background: var(--danger-soft);
  }

  .failure hearth-failure-text {
    inline-size: 100%;
  }

  footer {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1);
    align-items: center;
    margin-inline-start: calc(var(--space-2) * -1);
  }

  .facts {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: var(--space-1) var(--space-4);
    margin: 0;
    padding: var(--space-3) var(--space-4);
    border-radius: var(--radius-card);
    background: var(--sunken);
    overflow-wrap: anywhere;
  }

  .facts dd {
    margin: 0;
    color: var(--text);
  }

  .facts ol {
    margin: 0;
    padding-inline-start: var(--space-4);
  }
`
