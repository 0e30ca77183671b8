/** Is it an address that only this machine reaches? A host as in a URL or a setting; `127.example.com` is none. */
export const isLoopback = (host: string): boolean =>
  ['localhost', '::1', '[::1]'].includes(host) || /^127(\.\d{1,3}){3}$/.test(host)
