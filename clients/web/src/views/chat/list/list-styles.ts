import { css } from 'lit'

export const listStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-block-size: 0;
    block-size: 100%;
  }

  header {
    display: grid;
    gap: var(--space-2);
    padding: var(--space-3) var(--space-3) var(--space-2);
  }

  .top {
    display: flex;
    align-items: center;
    justify-content: space-between;
  }

  h2 {
    margin: 0;
    padding-inline-start: var(--space-2);
    font: var(--type-title);
  }

  .search .field {
    border-color: var(--line);
    background: var(--background);
  }

  .scroll {
    flex: 1;
    min-block-size: 0;
    padding: 0 var(--space-3) var(--space-4);
    overflow-y: auto;
    overscroll-behavior: contain;
    scrollbar-width: thin;
    scrollbar-color: var(--line) transparent;
  }

  h3 {
    margin: var(--space-4) 0 var(--space-1);
    padding-inline: var(--space-2);
    color: var(--muted);
    font: var(--type-meta);
  }

  .group:first-child h3 {
    margin-block-start: var(--space-2);
  }

  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }

  li {
    position: relative;
    display: flex;
    align-items: center;
    border-radius: var(--radius);
    transition: background-color var(--motion);
  }

  li:hover,
  li:focus-within {
    background: var(--hover);
  }

  li.selected {
    background: var(--accent-soft);
  }

  li > a {
    display: grid;
    flex: 1;
    grid-template-columns: 1fr auto;
    gap: 0 var(--space-2);
    align-items: center;
    align-content: center;
    min-inline-size: 0;
    min-block-size: var(--control);
    padding: var(--space-1) var(--space-2);
    border-radius: var(--radius);
    color: var(--text);
    font: var(--type-label);
    font-weight: 400;
    text-decoration: none;
  }

  li > a:focus-visible {
    outline-offset: calc(var(--ring) * -1);
  }

  li.selected > a {
    font-weight: 500;
  }

  .name {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .snippet {
    display: -webkit-box;
    grid-column: 1 / -1;
    overflow: hidden;
    overflow-wrap: anywhere;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
  }

  .live {
    inline-size: var(--space-2);
    block-size: var(--space-2);
    border-radius: var(--radius-round);
    background: var(--accent-fill);
    animation: breathe var(--pulse);
  }

  @keyframes breathe {
    50% {
      opacity: 0.35;
    }
  }

  /* The title has the whole line until the menu is wanted. */
  hearth-menu {
    position: absolute;
    inset-inline-end: 0;
    opacity: 0;
  }

  li:hover hearth-menu,
  li:focus-within hearth-menu {
    position: static;
    opacity: 1;
  }

  @media (hover: none) {
    hearth-menu {
      position: static;
      opacity: 1;
    }
  }

  /* A view of its own, where the list has no room beside the chat. */
  @media (max-width: 56.25em) {
    header,
    .scroll {
      inline-size: 100%;
      max-inline-size: var(--panel);
      margin-inline: auto;
    }

    li > a {
      min-block-size: var(--touch);
      font: var(--type-body);
    }
  }

  form {
    flex: 1;
    min-inline-size: 0;
  }

  form .field {
    padding-inline: calc(var(--space-2) - var(--hairline));
    font: var(--type-label);
    font-weight: 400;
  }

  .empty {
    display: grid;
    gap: var(--space-2);
    justify-items: center;
    padding: var(--space-6) var(--space-4);
    text-align: center;
  }

  .empty p {
    margin: 0;
  }

  .empty strong {
    font: var(--type-label);
  }

  .bone {
    block-size: var(--space-4);
    margin: var(--space-3) var(--space-2);
    border-radius: var(--radius);
    background: var(--hover);
    animation: breathe var(--pulse);
  }

  .bone:nth-child(even) {
    inline-size: 65%;
  }

  .failure {
    padding: var(--space-3);
    border-radius: var(--radius);
    background: var(--danger-soft);
    font: var(--type-label);
  }

  .failure button {
    margin-block-start: var(--space-2);
  }
`
