/** `npm run restore -- DIR`: puts a back-up in the place of the data folder. */
import { enter } from './startup/enter.mjs';

await enter('./restore.ts');
