import { css } from 'lit'

export const appStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    color: var(--text);
    background: var(--background);
    font: var(--type-body);
  }

  .skip {
    position: absolute;
    inset-block-start: var(--space-2);
    inset-inline-start: var(--space-2);
    z-index: 2;
  }

  .skip:not(:focus) {
    inline-size: var(--hairline);
    min-block-size: 0;
    block-size: var(--hairline);
    padding: 0;
    overflow: hidden;
    clip-path: inset(50%);
  }

  .frame {
    display: flex;
    flex: 1;
    min-block-size: 0;
  }

  .frame.narrow {
    flex-direction: column;
  }

  .list {
    flex: none;
    inline-size: var(--list);
    min-block-size: 0;
    border-inline-end: var(--hairline) solid var(--line);
    background: var(--surface);
  }

  .narrow .list {
    flex: 1;
    inline-size: auto;
    border: 0;
  }

  main {
    flex: 1;
    min-inline-size: 0;
    min-block-size: 0;
    overflow: auto;
  }

  main > div {
    block-size: 100%;
  }

  main:focus {
    outline: none;
  }

  hearth-chat {
    display: block;
    block-size: 100%;
  }

  nav {
    display: flex;
    flex: none;
    background: var(--surface);
  }

  .rail {
    flex-direction: column;
    gap: var(--space-1);
    align-items: center;
    inline-size: var(--rail);
    padding-block: var(--space-3);
    border-inline-end: var(--hairline) solid var(--line);
  }

  .bar {
    border-block-start: var(--hairline) solid var(--line);
    padding-block-end: env(safe-area-inset-bottom);
  }

  .brand {
    display: grid;
    place-items: center;
    block-size: var(--control);
    margin-block-end: var(--space-2);
    color: var(--accent);
  }

  .rail .last {
    margin-block-start: auto;
  }

  nav a,
  nav button {
    border: 0;
    background: transparent;
    color: var(--muted);
    text-decoration: none;
  }

  .rail a,
  .rail button {
    display: grid;
    place-items: center;
    inline-size: var(--touch);
    block-size: var(--touch);
    padding: 0;
    border-radius: var(--radius-card);
    transition:
      background-color var(--motion),
      color var(--motion);
  }

  .bar a {
    display: grid;
    flex: 1;
    justify-items: center;
    align-content: center;
    min-inline-size: 0;
    min-block-size: var(--bar);
    padding: var(--space-1) 0;
    font: var(--type-meta);
  }

  .bar a:focus-visible {
    outline-offset: calc(var(--ring) * -1);
  }

  .bar span {
    max-inline-size: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  nav a:hover,
  nav button:hover {
    background: var(--hover);
    color: var(--text);
  }

  .rail a[aria-current] {
    background: var(--accent-soft);
    color: var(--accent);
  }

  .bar a[aria-current] {
    color: var(--accent);
    font-weight: 600;
  }

  .bar a:hover {
    background: transparent;
  }

  .notice {
    display: grid;
    gap: var(--space-3);
    justify-items: center;
    align-content: center;
    min-block-size: 100%;
    padding: var(--space-5);
    text-align: center;
  }

  .notice p {
    margin: 0;
  }

  .chat {
    block-size: 100%;
  }

  /* Over the list, where what can be undone is done, and not over the composer. */
  hearth-notices.in-corner {
    inset-inline: calc(var(--rail) + var(--space-2)) auto;
    max-inline-size: var(--toast);
  }

  hearth-notices.above-bar {
    inset-block-end: calc(var(--bar) + var(--space-3));
  }

  @media print {
    nav,
    .list,
    hearth-connection-line,
    hearth-notices {
      display: none;
    }

    main {
      overflow: visible;
    }
  }
`
