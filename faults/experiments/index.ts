import { backlog, deadlineStorm } from './crowds.ts';
import { bootOrder, constantReplay, stateLeak, storeFails } from './engine.ts';
import type { Experiment } from './experiment.ts';
import { apiKilledAfterCommit, apiKilledBeforeReply, workerKilled } from './killed-programs.ts';
import { nobodyThere, postgresKilled, temporalKilled } from './killed-servers.ts';
import { visitStorm } from './visits.ts';
import { duplicateSubmit, racingApprovers, racingStock } from './races.ts';

/** Every experiment, in the order in which a full run does them: the quick ones first, the crowds last. */
export const experiments: readonly Experiment[] = [
  duplicateSubmit, racingStock, stateLeak, bootOrder, temporalKilled, postgresKilled, nobodyThere, constantReplay, storeFails, racingApprovers,
  apiKilledBeforeReply, apiKilledAfterCommit, workerKilled, backlog, visitStorm, deadlineStorm,
];
