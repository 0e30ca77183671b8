import { css } from 'lit'

/** The small buttons under a question or an answer, and the way through its branches. */
export const actionStyles = css`
  .action {
    color: var(--muted);
  }

  .action .icon {
    inline-size: var(--space-4);
    block-size: var(--space-4);
  }

  .action:hover:not(:disabled) {
    color: var(--text);
  }

  .branches {
    display: inline-flex;
    align-items: center;
  }
`
