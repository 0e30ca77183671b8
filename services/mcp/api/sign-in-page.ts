/** What a person sees who comes back from an authorization server: one sentence, nothing that loads or runs. */
export const signInPage = (
  sentence: string,
): { readonly type: 'html'; readonly html: string; readonly contentSecurityPolicy: string } => ({
  type: 'html',
  html: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Hearth</title>
<p>${sentence.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)}</p>
</html>
`,
  contentSecurityPolicy: "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
})
