import { css } from 'lit'

export const chatStyles = css`
  :host {
    display: block;
    block-size: 100%;
  }

  .chat {
    display: grid;
    grid-template-rows: auto minmax(0, 1fr) auto;
    grid-template-columns: minmax(0, 1fr);
    block-size: 100%;
  }

  header {
    display: flex;
    gap: var(--space-2);
    align-items: center;
    justify-content: space-between;
    min-block-size: var(--bar);
    padding: var(--space-1) var(--space-4);
    border-block-end: var(--hairline) solid var(--line);
  }

  h2,
  h3,
  p {
    margin: 0;
  }

  h2 {
    min-inline-size: 0;
    overflow: hidden;
    font: var(--type-title);
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .scroller {
    overflow: auto;
    overscroll-behavior: contain;
    scrollbar-gutter: stable both-edges;
    scrollbar-width: thin;
  }

  /* The end is kept by the script; the browser would keep what is shown in its place. */
  .scroller.following {
    overflow-anchor: none;
  }

  .scroller:focus-visible {
    outline-offset: calc(var(--ring) * -1);
  }

  .column {
    inline-size: 100%;
    max-inline-size: calc(var(--measure) + 2 * var(--space-4));
    margin-inline: auto;
    padding-inline: var(--space-4);
  }

  .messages {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-5);
    align-content: start;
    min-block-size: 100%;
    padding-block: var(--space-5);
  }

  .messages > * {
    scroll-margin-block-start: var(--space-4);
  }

  .far {
    content-visibility: auto;
    contain-intrinsic-block-size: auto 10lh;
  }

  .foot {
    position: relative;
    padding-block-end: max(var(--space-3), env(safe-area-inset-bottom));
  }

  .to-end {
    position: absolute;
    inset-block-end: calc(100% + var(--space-2));
    inset-inline-start: 50%;
    border-radius: var(--radius-round);
    box-shadow: var(--shadow);
    transform: translateX(-50%);
  }

  .empty {
    display: grid;
    gap: var(--space-3);
    align-self: center;
    padding-block: var(--space-5);
    text-align: center;
  }

  .empty h3 {
    font: var(--type-heading);
  }

  .empty p {
    color: var(--muted);
  }

  .empty p.meta {
    margin-block-start: var(--space-4);
  }

  .empty ul {
    display: grid;
    gap: var(--space-2);
    margin: 0;
    padding: 0;
    list-style: none;
  }

  .empty button {
    inline-size: 100%;
    padding: var(--space-3) var(--space-4);
    border-color: var(--line);
    border-radius: var(--radius-card);
    font: var(--type-body);
    text-align: start;
    justify-content: start;
  }

  .messages > .empty {
    align-content: center;
  }

  @media (min-width: 56.25em) {
    .new {
      display: none;
    }
  }

  @media print {
    .chat {
      display: block;
    }

    .foot {
      display: none;
    }
  }
`
