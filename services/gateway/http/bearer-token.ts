/** The token of an `Authorization: Bearer` header (RFC 6750 §2.1); undefined for anything else. */
export const bearerToken = (authorization: string | undefined): string | undefined =>
  /^Bearer +([\x21-\x7e]{1,1024})$/i.exec(authorization ?? '')?.[1]
