import { defineSignal } from '@temporalio/workflow';

/** What starts a process: its id, and the facts of its form's first version. No personal data (design, rule 3). */
export interface ProcessInput<Facts = unknown> {
  processId: string;
  formVersion: number;
  /** SHA-256 of the form's canonical JSON, so that history proves which form was decided on. */
  formHash: string;
  facts: Facts;
}

/** A decision as it stands in PostgreSQL; the message only carries it. */
export interface Decision {
  taskId: string;
  outcome: string;
  actorKind: 'person' | 'clock' | 'system' | 'administrator';
  /** Person id, or null for the clock and the system. */
  decidedBy: string | null;
  /** ISO 8601. */
  decidedAt: string;
  /** The part of the data that the contract lets into Temporal. */
  facts: unknown;
}

/** What people do to a task without deciding it. Recorded in history, ids only. */
export interface TaskChange {
  taskId: string;
  by: string;
  to?: string;
}

export const decide = defineSignal<[Decision]>('decide');
export const claim = defineSignal<[TaskChange]>('claim');
export const release = defineSignal<[TaskChange]>('release');
export const transfer = defineSignal<[TaskChange]>('transfer');
export const withdraw = defineSignal<[{ by: string; at: string }]>('withdraw');
/** An administrator changed a timeout policy and wants this running process to follow it. */
export const policyChanged = defineSignal<[{ step: string; version: number }]>('policyChanged');
