import { css } from 'lit'

export const questionStyles = css`
  :host {
    display: grid;
    justify-items: end;
    gap: var(--space-1);
  }

  article {
    display: grid;
    grid-template-columns: minmax(0, auto);
    gap: var(--space-2);
    max-inline-size: 90%;
    padding: var(--space-2) var(--space-4);
    border-radius: var(--radius-card);
    background: var(--accent-soft);
  }

  article.system,
  article.tool {
    justify-self: start;
    background: var(--sunken);
  }

  p {
    margin: 0;
  }

  .text {
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }

  .folded {
    display: -webkit-box;
    overflow: hidden;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 10;
    line-clamp: 10;
  }

  article > button {
    justify-self: start;
    margin-inline-start: calc(var(--space-3) * -1);
  }

  .pictures {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2);
    padding-block: var(--space-1);
  }

  .actions {
    display: flex;
    align-items: center;
    margin-inline-end: calc(var(--space-2) * -1);
  }
`
