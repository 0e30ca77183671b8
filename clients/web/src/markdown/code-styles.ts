import { css } from 'lit'

/** Code in a line and in blocks. */
export const codeStyles = css`
  .inline {
    padding: 0.1em 0.3em;
    border: var(--hairline) solid var(--line);
    border-radius: var(--radius);
    background: var(--sunken);
    font-family: var(--family-code);
    font-size: 0.875em;
    overflow-wrap: anywhere;
    box-decoration-break: clone;
    -webkit-box-decoration-break: clone;
  }

  .code {
    border: var(--hairline) solid var(--line);
    border-radius: var(--radius-card);
    background: var(--sunken);
  }

  .bar {
    display: flex;
    gap: var(--space-2);
    align-items: center;
    justify-content: space-between;
    padding: var(--space-1) var(--space-1) 0 var(--space-4);
    color: var(--muted);
    font: var(--type-meta);
    user-select: none;
    -webkit-user-select: none;
  }

  .language {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .copy {
    position: relative;
    display: inline-flex;
    flex: none;
    gap: var(--space-1);
    align-items: center;
    min-block-size: 2rem;
    padding: 0 var(--space-2);
    border: 0;
    border-radius: var(--radius);
    background: none;
    color: inherit;
    font: inherit;
    cursor: pointer;
    transition:
      background-color var(--motion),
      color var(--motion);
  }

  .copy:hover {
    background: var(--hover);
    color: var(--text);
  }

  .copy .icon {
    inline-size: 1rem;
    block-size: 1rem;
  }

  .copy.copied {
    color: var(--ok);
    animation: stay 2s;
  }

  @keyframes stay {
    to {
      color: var(--ok);
    }
  }

  @media (pointer: coarse) {
    .copy {
      min-block-size: var(--touch);
    }
  }

  pre {
    overflow-x: auto;
    padding: var(--space-1) var(--space-4) var(--space-3);
    border-end-start-radius: var(--radius-card);
    border-end-end-radius: var(--radius-card);
    font: var(--type-code);
    tab-size: 4;
    scrollbar-width: thin;
  }

  .code code {
    display: block;
    inline-size: max-content;
    min-inline-size: 100%;
    font: inherit;
    white-space: pre;
  }

  .lines {
    display: block;
  }

  /* 64 lines that are out of sight are not laid out; their height is known. */
  .lines.whole {
    content-visibility: auto;
    contain-intrinsic-block-size: auto 64lh;
  }

  .unseen {
    position: absolute;
    inline-size: var(--hairline);
    block-size: var(--hairline);
    padding: 0;
    border: 0;
    opacity: 0;
  }

  .keyword {
    color: var(--syntax-keyword);
  }

  .string {
    color: var(--syntax-string);
  }

  .number {
    color: var(--syntax-number);
  }

  .title {
    color: var(--syntax-title);
  }

  .comment {
    color: var(--syntax-comment);
  }

  .deletion {
    color: var(--danger);
  }
`
