import type { z } from 'zod'
import { openApiView, problem } from './answer-schema.ts'
import { auditPage, auditView } from './audit-schema.ts'
import { conversationExport, conversationImport, importReport } from './conversation-file-schema.ts'
import {
  blobView,
  conversationCreation,
  conversationPage,
  conversationReplacement,
  conversationView,
  foundPage,
  foundView,
  messagePage,
  messageView,
} from './conversation-schema.ts'
import {
  createdToken,
  currentSession,
  pairedDevice,
  pairing,
  pairingCreation,
  redemption,
  session,
  sessionCreation,
  tokenCreation,
  tokenPage,
  tokenView,
} from './credential-schema.ts'
import { deviceCreation, devicePage, deviceReplacement, deviceView, guestDevice, wholeDevice } from './device-schema.ts'
import { profileCreation, profilePage, profileReplacement, profileView } from './profile-schema.ts'
import { serverCreation, serverPage, serverReplacement, serverStatusView, serverView } from './server-schema.ts'
import { changePage, changeView, snapshotView } from './settings-schema.ts'
import { signInStart } from './sign-in-schema.ts'
import { toolAnswer, toolApproval, toolPage, toolPatch, toolTrial, toolView } from './tool-schema.ts'
import { userCreation, userPage, userReplacement, userView } from './user-schema.ts'

type Named = Readonly<Record<string, z.ZodType>>

/** Bodies of answers by their name in the OpenAPI document. */
export const answerComponents = {
  Profile: profileView,
  ProfilePage: profilePage,
  User: userView,
  UserPage: userPage,
  Device: wholeDevice,
  GuestDevice: guestDevice,
  ShownDevice: deviceView,
  DevicePage: devicePage,
  McpServer: serverView,
  McpServerStatus: serverStatusView,
  McpServerPage: serverPage,
  SignInStart: signInStart,
  Tool: toolView,
  ToolPage: toolPage,
  ToolAnswer: toolAnswer,
  Token: tokenView,
  TokenPage: tokenPage,
  CreatedToken: createdToken,
  Pairing: pairing,
  PairedDevice: pairedDevice,
  Session: session,
  CurrentSession: currentSession,
  Conversation: conversationView,
  ConversationPage: conversationPage,
  ConversationExport: conversationExport,
  ImportReport: importReport,
  Found: foundView,
  FoundPage: foundPage,
  Message: messageView,
  MessagePage: messagePage,
  Blob: blobView,
  Change: changeView,
  ChangePage: changePage,
  AuditEntry: auditView,
  AuditPage: auditPage,
  Snapshot: snapshotView,
  OpenApi: openApiView,
  Problem: problem,
} as const satisfies Named

/** Bodies of requests by their name in the OpenAPI document. */
export const requestComponents = {
  ProfileCreation: profileCreation,
  ProfileReplacement: profileReplacement,
  UserCreation: userCreation,
  UserReplacement: userReplacement,
  DeviceCreation: deviceCreation,
  DeviceReplacement: deviceReplacement,
  McpServerCreation: serverCreation,
  McpServerReplacement: serverReplacement,
  ToolPatch: toolPatch,
  ToolApproval: toolApproval,
  ToolTrial: toolTrial,
  TokenCreation: tokenCreation,
  PairingCreation: pairingCreation,
  PairingRedemption: redemption,
  SessionCreation: sessionCreation,
  ConversationCreation: conversationCreation,
  ConversationReplacement: conversationReplacement,
  ConversationImport: conversationImport,
} as const satisfies Named
