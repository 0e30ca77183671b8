/** A file that a gate must refuse, and what it says of it. */
export interface Violation {
  readonly what: string
  readonly path: string
  readonly text: string
  readonly says: string | RegExp
}

/** All of one gate can stand in one project at once: each is named by itself. */
export const violations: Readonly<Record<'types' | 'lint' | 'boundaries' | 'dead', readonly Violation[]>> = {
  types: [
    {
      what: 'an enum',
      path: 'services/router/mode.ts',
      text: 'export enum Mode {\n  On,\n}\n',
      says: /mode\.ts.*TS1294/,
    },
    {
      what: 'a wrong type in plain JavaScript',
      path: 'scripts/wrong.mjs',
      text: '/** @type {number} */\nexport const wrong = "text"\n',
      says: /wrong\.mjs.*TS2322/,
    },
  ],
  lint: [
    {
      what: 'a floating promise of another file',
      path: 'services/floating.ts',
      text: "import { gateway } from './gateway/greet.ts'\nimport { router } from './router/route.ts'\n\ngateway(router)\n",
      says: /floating\.ts.*noFloatingPromises/,
    },
    {
      what: 'an unformatted file',
      path: 'services/gateway/odd.ts',
      text: 'export const odd   =   1\n',
      says: /odd\.ts format/,
    },
  ],
  boundaries: [
    {
      what: 'a service that imports another',
      path: 'services/gateway/neighbour.ts',
      text: "export { router } from '../router/route.ts'\n",
      says: 'services-know-only-common: services/gateway/neighbour.ts → services/router/route.ts',
    },
    {
      what: 'a type of another service',
      path: 'services/gateway/type.ts',
      text: "import type { router } from '../router/route.ts'\nexport type Router = typeof router\n",
      says: 'services-know-only-common: services/gateway/type.ts',
    },
    {
      what: 'a service that imports the composition root',
      path: 'services/gateway/composes.ts',
      text: "import '../main.ts'\n",
      says: 'services-know-only-common: services/gateway/composes.ts → services/main.ts',
    },
    {
      what: 'common that imports a service',
      path: 'services/common/shared.ts',
      text: "export { router } from '../router/route.ts'\n",
      says: 'common-is-the-floor: services/common/shared.ts',
    },
    {
      what: 'a contract that imports a service',
      path: 'services/common/contracts/service.ts',
      text: "export { router } from '../../router/route.ts'\n",
      says: 'contracts-are-types: services/common/contracts/service.ts',
    },
    {
      what: 'a contract that imports a package other than zod',
      path: 'services/common/contracts/package.ts',
      text: "export { it } from 'vitest'\n",
      says: 'contracts-are-types: services/common/contracts/package.ts',
    },
    {
      what: 'an adapter that imports another',
      path: 'services/adapters/demo/borrow.ts',
      text: "export { local } from '../local/adapter.ts'\n",
      says: 'adapters-do-not-know-each-other: services/adapters/demo/borrow.ts',
    },
    {
      what: 'an adapter known outside of the registry',
      path: 'services/adapters/other.ts',
      text: "export { local } from './local/adapter.ts'\n",
      says: 'only-the-registry-knows-the-adapters: services/adapters/other.ts',
    },
    {
      what: 'a generated type away from the wire',
      path: 'services/router/leak.ts',
      text: "export { wire } from '../../proto/gen/wire.ts'\n",
      says: 'generated-types-stay-at-the-wire: services/router/leak.ts',
    },
    {
      what: 'a client that imports a service',
      path: 'clients/cli/shortcut.ts',
      text: "export { router } from '../../services/router/route.ts'\n",
      says: 'clients-know-only-common: clients/cli/shortcut.ts',
    },
    {
      what: 'a page that imports more of the services than a contract',
      path: 'clients/web/src/app/greet.ts',
      text: "export type { Part } from '../../../../services/common/part.ts'\n",
      says: 'the-page-knows-only-contracts: clients/web/src/app/greet.ts → services/common/part.ts',
    },
    {
      what: 'a page that loads a contract instead of taking its types',
      path: 'clients/web/src/app/load.ts',
      text: "export { greeting } from '../../../../services/common/contracts/greeter.ts'\n",
      says: 'the-page-takes-only-types: clients/web/src/app/load.ts',
    },
    {
      what: 'a client of the protocol that imports the page around it',
      path: 'clients/web/src/protocol/shows.ts',
      text: "export { load } from '../app/load.ts'\n",
      says: 'the-protocol-stands-alone: clients/web/src/protocol/shows.ts → clients/web/src/app/load.ts',
    },
    {
      what: 'a client of the protocol that imports a package',
      path: 'clients/web/src/protocol/package.ts',
      text: "export { it } from 'vitest'\n",
      says: 'the-protocol-stands-alone: clients/web/src/protocol/package.ts',
    },
    {
      what: 'a view that imports another',
      path: 'clients/web/src/views/chat/borrow.ts',
      text: "export { settings } from '../settings/settings.ts'\n",
      says: 'views-do-not-know-each-other: clients/web/src/views/chat/borrow.ts → clients/web/src/views/settings/settings.ts',
    },
    {
      what: 'messages that import a view',
      path: 'clients/web/src/messages/words.ts',
      text: "export { settings } from '../views/settings/settings.ts'\n",
      says: 'nothing-below-knows-the-views: clients/web/src/messages/words.ts',
    },
    {
      what: 'a service that imports a test',
      path: 'services/router/leans.ts',
      text: "import '../../tests/greet.test.ts'\n",
      says: 'services-stand-alone: services/router/leans.ts',
    },
    {
      what: 'a cycle',
      path: 'services/adapters/demo/adapter.ts',
      text: "import { adapters } from '../registry.ts'\nexport const demo: unknown = adapters\n",
      says: /no-cycles: .*services\/adapters\/demo\/adapter\.ts → services\/adapters\/registry\.ts/,
    },
    {
      what: 'an import that leads nowhere',
      path: 'services/router/lost.ts',
      text: "export { gone } from './gone.ts'\n",
      says: 'no-unresolvable: services/router/lost.ts → ./gone.ts',
    },
  ],
  dead: [
    {
      what: 'an unused export',
      path: 'services/router/grpc/wire.ts',
      text: "import 'kysely'\n\nexport { wire } from '../../../proto/gen/wire.ts'\nexport const unusedExport = 1\n",
      says: 'unusedExport',
    },
    {
      what: 'an unused file',
      path: 'services/router/alone.ts',
      text: 'export const alone = 1\n',
      says: /Unused files[\s\S]*alone\.ts/,
    },
    {
      what: 'a package that is not in package.json',
      path: 'services/gateway/unlisted.ts',
      text: "import 'ws'\n",
      says: /Unlisted dependencies[\s\S]*kysely/,
    },
  ],
}
