import { css } from 'lit'

export const pictureStyles = css`
  :host {
    --thumb: calc(3 * var(--touch));
    display: block;
  }

  figure {
    position: relative;
    inline-size: min(100%, var(--form));
    margin: 0;
  }

  .box {
    display: grid;
    overflow: hidden;
    border-radius: var(--radius-card);
    background: var(--sunken);
  }

  .box.empty {
    inline-size: min(100%, var(--form));
    aspect-ratio: 1;
    animation: wait var(--pulse) alternate;
  }

  .open {
    display: block;
    inline-size: 100%;
    min-block-size: 0;
    padding: 0;
    border: 0;
    border-radius: var(--radius-card);
    background: none;
    cursor: zoom-in;
  }

  .box img {
    display: block;
    grid-area: 1 / 1;
    inline-size: 100%;
    block-size: auto;
    object-fit: contain;
    opacity: 0;
  }

  .box img.loaded {
    opacity: 1;
    animation: appear var(--motion);
  }

  figcaption {
    position: absolute;
    inset-block-start: var(--space-2);
    inset-inline-end: var(--space-2);
    display: flex;
    gap: var(--space-1);
    border-radius: var(--radius);
    background: var(--surface);
    opacity: 0;
    transition: opacity var(--motion);
  }

  figure:hover figcaption,
  figure:focus-within figcaption {
    opacity: 1;
  }

  @media (pointer: coarse) {
    figcaption {
      opacity: 1;
    }
  }

  :host([thumb]) figure,
  :host([thumb]) .box.empty {
    inline-size: var(--thumb);
  }

  :host([thumb]) .box img {
    aspect-ratio: 1;
    block-size: var(--thumb);
    object-fit: cover;
  }

  .missing {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2);
    align-items: center;
    margin: 0;
  }

  dialog {
    max-inline-size: calc(100vw - 2 * var(--space-4));
    max-block-size: calc(100dvh - 2 * var(--space-4));
    padding: 0;
    overflow: auto;
    border: 0;
    border-radius: var(--radius-card);
    background: var(--surface);
    box-shadow: var(--shadow);
    cursor: zoom-out;
  }

  dialog img {
    display: block;
    max-inline-size: 100%;
  }

  dialog button {
    position: fixed;
    inset-block-start: var(--space-4);
    inset-inline-end: var(--space-4);
    background: var(--surface);
  }

  dialog::backdrop {
    background: var(--backdrop);
  }

  @keyframes appear {
    from {
      opacity: 0;
    }
  }

  @keyframes wait {
    from {
      opacity: 0.55;
    }
  }
`
