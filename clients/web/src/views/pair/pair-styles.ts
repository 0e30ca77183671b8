import { css } from 'lit'

export const pairStyles = css`
  :host {
    display: grid;
    flex: 1;
    place-items: center;
    min-block-size: 100%;
    padding: var(--space-5) var(--space-4);
  }

  form {
    display: grid;
    gap: var(--space-5);
    inline-size: min(100%, var(--form));
    padding: var(--space-6);
    border: var(--hairline) solid var(--line);
    border-radius: var(--radius-card);
    background: var(--surface);
  }

  .head {
    display: grid;
    gap: var(--space-2);
  }

  .head .icon {
    inline-size: var(--space-6);
    block-size: var(--space-6);
    color: var(--accent);
  }

  h1,
  p {
    margin: 0;
  }

  h1 {
    font: var(--type-heading);
    overflow-wrap: anywhere;
    hyphens: auto;
  }

  code {
    display: inline-block;
    padding: 0 var(--space-1);
    border-radius: var(--radius);
    background: var(--sunken);
    font: var(--type-code);
    overflow-wrap: anywhere;
  }

  .part {
    display: grid;
    gap: var(--space-1);
  }

  label {
    font: var(--type-label);
  }

  .code {
    min-block-size: var(--bar);
    font: var(--type-entry);
    letter-spacing: var(--tracking-entry);
    text-align: center;
    text-transform: uppercase;
  }

  .field[aria-invalid='true'] {
    border-color: var(--danger);
    outline-color: var(--danger);
  }

  .problem {
    color: var(--danger);
    font: var(--type-label);
  }

  .hello {
    padding: var(--space-2) var(--space-3);
    border-radius: var(--radius);
    background: var(--warn-soft);
    font: var(--type-label);
  }

  @media (max-width: 30em) {
    :host {
      place-items: start stretch;
      padding: 0;
      background: var(--surface);
    }

    form {
      inline-size: 100%;
      padding: var(--space-5) var(--space-4);
      border: 0;
    }
  }
`
